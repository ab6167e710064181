"""Where the browser is. Debian's `chromium` is what the browser tests are written for; CHROMIUM names another.

Its package `chromium-headless-shell` is the same browser without what a window needs; it takes a third less of the
processor, and is preferred where it is.
"""

import os
import shutil

LEFT_OUT = (
    "!!! BROWSER TESTS WERE LEFT OUT: no chromium on this machine. "
    "Install it (apt-get install chromium), or name one: CHROMIUM=/path/to/it !!!"
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def chromium() -> str | None:
    """The path of the browser, or None when there is none."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    for name in (os.environ.get("CHROMIUM"), *names):
        if name and (path := shutil.which(name)):
            return path
    return None
