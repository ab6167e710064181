"""Publishing the roster: each person's card, what they answer, who comes instead, and what changes afterwards."""
