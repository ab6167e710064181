"""Reproducible benchmarks: every speed is a ratio, both sides measured in one run, alternated, medians kept."""
