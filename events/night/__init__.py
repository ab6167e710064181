"""The Night of Solidarity: one winter night, hundreds of teams that leave from the districts' headquarters."""
