"""Before teams are composed: who is there for what is needed, who is short of what, and asking those who could help."""
