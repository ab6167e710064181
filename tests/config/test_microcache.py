import gzip
import threading
import time

import pytest
from django.contrib.auth import get_user
from django.http import HttpResponse, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.test import RequestFactory

from config import microcache
from config.microcache import LIFETIME, MicroCache
from tests.factories.volunteers import UserFactory

rf = RequestFactory()


class Site:
    """A view behind the middleware: counts its answers, which `make` may change."""

    def __init__(self, make=None):
        self.made = 0
        self.make = make or (lambda request, response: response)
        self.cache = MicroCache(self)
        self.lock = threading.Lock()

    def __call__(self, request):
        with self.lock:
            self.made += 1
            response = HttpResponse(f"answer {self.made}")
        request.resolver_match = None
        response.microcache = True
        return self.make(request, response)

    def get(self, path="/programme/", **headers):
        return self.cache(rf.get(path, **headers))


@pytest.fixture
def site():
    return Site()


def test_page_is_made_once_within_its_life(site):
    answers = {site.get().content for _ in range(5)}

    assert (answers, site.made) == ({b"answer 1"}, 1)


def test_page_is_made_anew_within_a_second(site, monkeypatch):
    now = time.monotonic()
    monkeypatch.setattr(microcache.time, "monotonic", lambda: now)
    site.get()
    now += LIFETIME + 0.001

    assert (site.get().content, LIFETIME < 1) == (b"answer 2", True)


def test_headers_are_kept():
    site = Site(header("X-Frame-Options", "DENY"))
    first, second = site.get(), site.get()

    assert dict(second.headers) == dict(first.headers)
    assert second.headers["X-Frame-Options"] == "DENY"


def test_head_is_answered_from_the_page_without_its_body(site):
    site.get()

    response = site.cache(rf.head("/programme/"))

    assert (response.content, site.made) == (b"", 1)


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/en/programme/"},
        {"path": "/programme/?network=climate"},
        {"HTTP_HOST": "autre.example"},
        {"HTTP_HX_REQUEST": "true"},
        {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "sessions"},
        {"secure": True},
    ],
)
def test_other_page_is_another_answer(site, other):
    site.get()

    assert site.get(**other).content == b"answer 2"
    assert site.get().content == b"answer 1"


# --- Nothing personal is ever kept, nor given to a person who may have a page of their own ----------------------------
@pytest.mark.parametrize(
    "personal",
    [
        {"HTTP_COOKIE": "sessionid=abc"},
        {"HTTP_COOKIE": "csrftoken=abc; sessionid=abc"},
        {"HTTP_COOKIE": "messages=abc"},
        {"HTTP_COOKIE": "anything=abc"},
        {"HTTP_AUTHORIZATION": "Bearer abc"},
    ],
)
def test_request_that_tells_who_it_is_neither_takes_nor_leaves_a_page(site, personal):
    site.get()

    assert site.get(**personal).content == b"answer 2"
    assert site.get(**personal).content == b"answer 3"
    assert site.get().content == b"answer 1"


def test_csrf_cookie_alone_tells_nothing(site):
    site.get()

    assert site.get(HTTP_COOKIE="csrftoken=abc").content == b"answer 1"


@pytest.mark.parametrize("method", ["post", "put", "delete", "options"])
def test_only_reading_is_answered_from_memory(site, method):
    site.get()

    assert site.cache(getattr(rf, method)("/programme/")).content == b"answer 2"


def set_cookie(request, response):
    response.set_cookie("sessionid", "abc")
    return response


def use_csrf_token(request, response):
    get_token(request)
    return response


def be_someone(request, response):
    request.user = UserFactory.build()
    return response


def use_nonce(request, response):
    request._csp_nonce = "abc"
    return response


def change(**what):
    def make(request, response):
        for name, value in what.items():
            setattr(response, name, value)
        return response

    return make


def header(name, value):
    def make(request, response):
        response.headers[name] = value
        return response

    return make


def stream(request, response):
    answer = StreamingHttpResponse(iter([response.content]))
    answer.microcache = True
    return answer


@pytest.mark.parametrize(
    "make",
    [
        change(microcache=False),
        change(microcache="yes"),
        change(status_code=404),
        change(status_code=302),
        set_cookie,
        use_csrf_token,
        be_someone,
        use_nonce,
        stream,
        header("Vary", "Accept-Language, X-Somebody"),
        header("Vary", "*"),
        header("Cache-Control", "max-age=0, private"),
        header("Cache-Control", "no-store"),
    ],
)
def test_answer_that_may_be_personal_is_not_kept(make):
    site = Site(make)
    site.get()
    site.get()

    assert (site.made, len(site.cache.pages)) == (2, 0)


def test_view_must_ask_for_it():
    def make(request, response):
        del response.microcache
        return response

    site = Site(make)
    site.get()
    site.get()

    assert site.made == 2


def test_draft_that_an_editor_looks_at_is_not_kept(site):
    draft = rf.get("/programme/")
    draft.is_dummy = True
    site.cache(draft)

    assert site.get().content == b"answer 2"


@pytest.mark.django_db
def test_signed_in_person_gets_their_own_page(client, rf):
    """Through the real session: the cookie is there, so memory is not asked."""
    user = UserFactory()
    client.force_login(user)
    site = Site()
    site.get()

    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    assert site.get(HTTP_COOKIE=cookie).content == b"answer 2"
    assert get_user(client) == user


# --- Many at once -----------------------------------------------------------------------------------------------------
def rush(site, number):
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(site.get().content)) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def slowly(request, response):
    time.sleep(0.2)
    return response


def test_stampede_makes_the_page_once():
    site = Site(slowly)

    assert rush(site, 30) == [b"answer 1"] * 30


def test_nobody_waits_for_a_page_that_is_not_kept():
    def make(request, response):
        del response.microcache
        return slowly(request, response)

    site = Site(make)
    site.get()
    started = time.monotonic()
    rush(site, 20)

    assert site.made == 21
    assert time.monotonic() - started < 2  # one after the other they would take 4 s


def test_failure_lets_those_who_wait_go_on():
    def make(request, response):
        time.sleep(0.1)
        if site.made == 1:
            raise RuntimeError("a bug")
        return response

    site = Site(make)
    failed = []

    def ask():
        try:
            site.get()
        except RuntimeError:
            failed.append(1)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(3)

    assert not any(thread.is_alive() for thread in threads)
    assert site.cache.flights == {}


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(microcache, "MOST_BYTES", 1000)
    site = Site(lambda request, response: change(content=b"x" * 300)(request, response))
    for number in range(20):
        site.get(f"/page/{number}/")

    assert 900 < site.cache.bytes == sum(page.size for page in site.cache.pages.values()) <= 1000
    assert [key[2] for key in site.cache.pages] == ["/page/17/", "/page/18/", "/page/19/"]


def test_endless_query_is_not_kept(site):
    site.get("/programme/?q=" + "x" * 600)

    assert len(site.cache.pages) == 0


def test_page_is_sent_packed_to_who_takes_it(site):
    plain = site.get()
    first, again = (site.get("/other/", headers={"accept-encoding": "br, gzip"}) for _ in range(2))

    assert plain.content == b"answer 1" and "Content-Encoding" not in plain
    for packed in (first, again):
        assert (packed["Content-Encoding"], gzip.decompress(packed.content)) == ("gzip", b"answer 2")
        assert packed["Content-Length"] == str(len(packed.content))
        assert packed["Vary"] == plain["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "gzip; q=0.0, br", "x-gzipped"])
def test_page_is_sent_as_it_is_to_who_does_not(site, accepted):
    for _ in range(2):
        assert site.get(headers={"accept-encoding": accepted}).content == b"answer 1"


def test_page_of_one_person_is_never_packed(site):
    """It may hold a secret, whose letters could be guessed from how well they pack."""
    site.make = lambda request, response: setattr(response, "microcache", False) or response

    assert "Content-Encoding" not in site.get(headers={"accept-encoding": "gzip"})
