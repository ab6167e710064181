"""The caches: the one that processes share, for when Redis is away, and each process's own memory."""

from __future__ import annotations

import threading
import time
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django_redis.cache import RedisCache, omit_exception


class SoftRedisCache(RedisCache):
    """Reads and writes fail softly (IGNORE_EXCEPTIONS), and so does ``add``, in the sense its callers need.

    allauth's rate limits take a lock with ``add``; were it refused while Redis is away, nobody could sign in. Limits
    are not counted meanwhile; guesses at codes are, in the database (volunteers.guessing).
    """

    @omit_exception(return_value=True)
    def add(self, *args: Any, **options: Any) -> bool:
        return bool(self.client.add(*args, **options))


class ProcessMemory(BaseCache):
    """Keeps the objects themselves, where Django's own memory keeps a pickle of each, made anew at every ``get``.

    For values that nobody changes (tuples, frozen dataclasses): all threads get the same one. When it is full, what
    was set first goes first.
    """

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self.kept, self.lock = _memories.setdefault(name, ({}, threading.Lock()))

    def validate_key(self, key: str) -> None:
        """Any text will do: it never goes to memcached."""

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        value, until = self.kept.get(self.make_and_validate_key(key, version), (default, None))
        return value if until is None or until > time.time() else default

    def set(self, key: Any, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        key = self.make_and_validate_key(key, version)
        with self.lock:
            self.kept.pop(key, None)
            self.kept[key] = (value, self.get_backend_timeout(timeout))
            while len(self.kept) > self._max_entries:
                del self.kept[next(iter(self.kept))]

    def add(self, key: Any, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        raise NotImplementedError("each process has its own memory: there is nobody to be first against")

    def delete(self, key: Any, version: int | None = None) -> bool:
        with self.lock:
            return self.kept.pop(self.make_and_validate_key(key, version), None) is not None

    def clear(self) -> None:
        with self.lock:
            self.kept.clear()


_memories: dict[str, tuple[dict[str, tuple[Any, float | None]], threading.Lock]] = {}  # by name: one for all threads
