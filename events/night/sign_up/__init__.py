"""Volunteers sign up for a Night, with their friends, and change or take back what they wish."""
