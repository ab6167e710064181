"""A process of its own that writes a list, for killing it half-way.

``python -m tests.volunteers.importer LIST`` says "inside" once the first thousand people are written and nothing is
committed, then stands still.
"""

import os
import sys

import django


def write(pk):
    from volunteers import enlisting, importing

    open_accounts = enlisting.VolunteerList._open_accounts

    def stand_still(*arguments):
        open_accounts(*arguments)
        print("inside", flush=True)
        sys.stdin.readline()

    enlisting.VolunteerList._open_accounts = stand_still
    importing.write(pk)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    write(int(sys.argv[1]))
