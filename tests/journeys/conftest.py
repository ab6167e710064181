"""A real browser, for what only a browser can show."""

import os
import re
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from playwright.sync_api import Browser, Page, sync_playwright

from tests.chromium import ARGUMENTS, chromium

SECONDS = 10


@pytest.fixture(scope="session")
def browser(django_db_setup: None) -> Iterator[Browser]:
    """One browser for each worker; every page has a context, hence cookies, of its own."""
    # Playwright's synchronous calls run inside an event loop of its own, which Django takes for asynchronous code, and
    # for which it keeps another connection object than before and after: neither may be left open.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    connections.close_all()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield browser
        browser.close()
        connections.close_all()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def browser_page(browser: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """Opens pages: `browser_page(locale="fr", width=360, js=True, dark=False)`; addresses are relative to the server.

    At the end of the test no page may have raised a script error, or asked another origin for anything.
    """
    contexts = []
    faults: list[str] = []

    def open_page(
        *, locale: str = "fr", width: int = 360, height: int = 780, js: bool = True, dark: bool = False, **more: Any
    ) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            locale={"fr": "fr-FR", "en": "en-GB"}[locale],
            timezone_id="Europe/Paris",
            viewport={"width": width, "height": height},
            java_script_enabled=js,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            **more,
        )
        context.set_default_timeout(SECONDS * 1000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"script error on {page.url}: {error}"))
        page.on("console", lambda line: faults.append(f"{page.url}: {line.text}") if is_refusal(line.text) else None)
        page.on("request", lambda request: faults.extend(foreign(request.url, live_server.url)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def is_refusal(text: str) -> bool:
    """Whether a line of the console says that the content security policy has refused something."""
    return "Content Security Policy" in text


def foreign(url: str, home: str) -> list[str]:
    """The fault of asking another origin, if it is one."""
    return [] if url.startswith((home, "data:", "blob:", "about:")) else [f"request to another origin: {url}"]


@pytest.fixture(scope="session")
def axe() -> Callable[..., None]:
    """`axe(page)` fails with what axe-core finds, each with the elements concerned. Needs a page with scripts on.

    `axe(page, rules, within)` looks for what these rules say alone, in this part of the page alone.
    """
    script = Axe().axe_script

    def check(page: Page, rules: list[str] | None = None, within: str = "html") -> None:
        if not page.evaluate("'axe' in window"):  # half a megabyte, which `evaluate` would carry three times
            page.context.new_cdp_session(page).send("Runtime.evaluate", {"expression": script})
        options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
        run = "([within, options]) => axe.run(within, options).then(found => found.violations)"
        violations = page.evaluate(run, [within, options])
        found = [
            f"{violation['id']}: {violation['help']} at {', '.join(str(node['target']) for node in violation['nodes'])}"
            for violation in violations
        ]
        assert found == [], f"on {page.url}"

    return check


class Mailbox:
    """What a person finds in their mail, read back from the mail server after everything queued has left."""

    def __init__(self, server: Any, deliver: Callable[[], Any]) -> None:
        self.server = server
        self.deliver = deliver

    def to(self, address: str) -> list[EmailMessage]:
        """This person's messages, oldest first."""
        self.deliver()
        return self.server.to(address)

    def code(self, address: str) -> str:
        """The code of the last message, which must hold one."""
        text = text_of(self.to(address)[-1])
        found = re.search(r"\b(\d{4}-?\d{4})\b", text)
        assert found, text
        return found[1]

    def subjects(self, address: str) -> list[str]:
        return [str(message["Subject"]) for message in self.to(address)]


def text_of(message: EmailMessage) -> str:
    """The plain text of a message."""
    part = message.get_body(("plain",))
    assert part is not None
    return part.get_content()


@pytest.fixture
def mailbox(smtp_server: Any, run_queued_tasks: Callable[[], Any]) -> Mailbox:
    return Mailbox(smtp_server, run_queued_tasks)


@pytest.fixture
def sign_in(live_server: Any) -> Callable[..., None]:
    """`sign_in(page, client)` gives the page the session of a test client: signing in itself is its own journey."""

    def give(page: Page, client: Any) -> None:
        page.context.add_cookies(
            [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
        )

    return give
