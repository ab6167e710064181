"""The shared cache, for when Redis is away."""

from typing import Any

from django_redis.cache import RedisCache, omit_exception


class SoftRedisCache(RedisCache):
    """Reads and writes fail softly (IGNORE_EXCEPTIONS), and so does ``add``, in the sense its callers need.

    allauth's rate limits take a lock with ``add``; were it refused while Redis is away, nobody could sign in. Limits
    are not counted meanwhile; guesses at codes are, in the database (volunteers.guessing).
    """

    @omit_exception(return_value=True)
    def add(self, *args: Any, **options: Any) -> bool:
        return bool(self.client.add(*args, **options))
