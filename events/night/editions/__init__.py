"""An edition of the Night, from its dates to how far it has come, and its headquarters."""
