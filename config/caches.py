"""The caches: the one that processes share, for when Redis is away, and each process's own memory."""

from __future__ import annotations

from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache
from django_redis.cache import RedisCache, omit_exception


class SoftRedisCache(RedisCache):
    """Reads and writes fail softly (IGNORE_EXCEPTIONS), and so does ``add``, in the sense its callers need.

    allauth's rate limits take a lock with ``add``; were it refused while Redis is away, nobody could sign in. Limits
    are not counted meanwhile; guesses at codes are, in the database (volunteers.guessing).
    """

    @omit_exception(return_value=True)
    def add(self, *args: Any, **options: Any) -> bool:
        return bool(self.client.add(*args, **options))


class ProcessMemory(LocMemCache):
    """Keeps the objects themselves, where Django's keeps a pickle of each, made anew at every ``get``.

    For values that nobody changes (tuples, frozen dataclasses, named tuples): all threads get the same one.
    """

    def add(self, key: Any, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        key = self.make_and_validate_key(key, version=version)
        with self._lock:
            if found := self._has_expired(key):
                self._set(key, value, timeout)
            return found

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        key = self.make_and_validate_key(key, version=version)
        with self._lock:
            if not self._has_expired(key):
                self._cache.move_to_end(key, last=False)
                return self._cache[key]
            self._delete(key)
            return default

    def set(self, key: Any, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        key = self.make_and_validate_key(key, version=version)
        with self._lock:
            self._set(key, value, timeout)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        raise NotImplementedError("what is kept here is not counted up")
