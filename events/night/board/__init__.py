"""The organisers' board: who is in which team, changed by hand, weighed beforehand, and taken back."""
