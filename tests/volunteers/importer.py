"""A writer of lists for tests/forking.py, for killing it half-way."""


def write(line, pk):
    """Says "inside" once the first thousand people are written and nothing is committed, then stands still."""
    from volunteers import enlisting, importing

    open_accounts = enlisting.VolunteerList._open_accounts

    def stand_still(*arguments):
        open_accounts(*arguments)
        line.send("inside")
        line.recv()

    enlisting.VolunteerList._open_accounts = stand_still
    importing.write(pk)
