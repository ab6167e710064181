"""Teams composed: the engine run on an edition, its rosters in words, compared, and one of them chosen."""
