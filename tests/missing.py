"""What some tests need of the machine, by their marker: where it is not, they are left out, and that is said loudly."""

from tests import chromium, redis_server

NEEDED = {
    "browser": (chromium.chromium, chromium.LEFT_OUT),
    "redis": (redis_server.program, redis_server.LEFT_OUT),
}


def left_out() -> dict[str, str]:
    """The markers of what cannot run on this machine, and what to say about it."""
    return {marker: words for marker, (find, words) in NEEDED.items() if find() is None}
