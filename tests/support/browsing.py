"""A real browser that is watched: what its console, its policy and its requests say against a page is kept."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from devices import Device
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, sync_playwright

REQUIRED: Final = "QUICKCLAIM_TEST_BROWSER"
PICTURES: Final = Path(__file__).parents[2] / "build" / "browser"
_WAIT_MS: Final = 15_000
_SERIOUS: Final = frozenset({"serious", "critical"})
_ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
"""The camera is Chromium's own test picture; no name but this computer is looked up."""
_EAGER: Final = """Promise.race([
  new Promise((done) => setTimeout(done, 5000)),
  Promise.all([...document.images].map((one) => {
    one.loading = "eager";
    return one.complete || new Promise((done) => (one.onload = one.onerror = done));
  })),
])"""
_NOT_LOADED: Final = "Failed to load resource"
_REFUSED: Final = frozenset({401, 403, 404, 409, 412, 422, 428, 429})
"""What an operation may answer to a page that knows how to tell it."""


@dataclass
class Watched:
    """One window of somebody's browser. ``faults`` are to be empty at its end; ``sent`` are the requests made."""

    page: Page
    context: BrowserContext
    url: str
    name: str
    faults: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    offline: bool = False

    def go(self, path: str) -> None:
        """Returns when the page and its scripts are there."""
        self.page.goto(self.url + path, wait_until="load")

    def shot(self, mark: str) -> Path:
        """The whole page as a picture, once its own pictures are there."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.evaluate(_EAGER)
        path = PICTURES / f"{self.name}-{mark}.png"
        self.page.screenshot(path=path, full_page=True, animations="disabled")
        return path

    def go_offline(self, offline: bool = True) -> None:
        """A dead spot, or its end."""
        self.offline = self.offline or offline
        self.context.set_offline(offline)

    def in_the_way(self) -> list[str]:
        """Serious and critical findings of axe, each with the elements that it speaks of."""
        found = Axe().run(self.page).response["violations"]
        return [_told(one) for one in found if one["impact"] in _SERIOUS]

    def too_wide(self) -> int:
        """By how many px the page is wider than its screen."""
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.page.evaluate(wide))

    def sign_in(self, login: str, password: str) -> None:
        """As the desk's page does, without showing it."""
        headers = {"X-QuickClaim-Page": "desk"}
        credentials = {"login": login, "password": password}
        answer = self.context.request.post(f"{self.url}/desk/session", headers=headers, data=credentials)
        assert answer.status == 204, answer.text()

    def enter(self, claim: str, token: str) -> None:
        """As the page of a link does, without showing it."""
        headers = {"X-QuickClaim-Page": "customer"}
        answer = self.context.request.post(f"{self.url}/c/{claim}/enter", headers=headers, data={"token": token})
        assert answer.status == 204, answer.text()

    def watch(self) -> None:
        """From now on."""
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("crash", lambda _: self.faults.append("the page crashed"))
        self.context.on("request", lambda request: self._asked(request.url))
        self.context.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(_NOT_LOADED):
            self.faults.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _asked(self, address: str) -> None:
        self.sent.append(address)
        if not address.startswith((self.url, "data:", "blob:")):
            self.faults.append(f"a request to {urlsplit(address).netloc}")

    def _answered(self, response: Response) -> None:
        path, status = urlsplit(response.url).path, response.status
        asked = response.request.is_navigation_request() or response.request.resource_type == "fetch"
        if status >= 400 and not (status in _REFUSED and asked and not path.startswith("/static/")):
            self.faults.append(f"{response.request.method} {path}: {status}")


OpenPage = Callable[..., Watched]
"""``open_(DESKTOP, language="zh", scheme="dark")``: another person's browser, for as long as the test runs."""


def chromium() -> str:
    """The browser's program. Skips the test without one, or fails it where ``QUICKCLAIM_TEST_BROWSER=required``."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        missing = "Chromium is not installed (Debian: apt-get install chromium)"
        if os.environ.get(REQUIRED) == "required":
            pytest.fail(missing)
        pytest.skip(missing)
    return found


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Headless, without a network but this computer's own."""
    program = chromium()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=list(_ARGUMENTS))
        yield browser
        browser.close()


@contextmanager
def open_page(browser: Browser, url: str, name: str, device: Device, **given: Any) -> Iterator[Watched]:
    """Somebody's browser with nothing in it. ``given`` as ``Browser.new_context`` takes it, ``scheme`` and ``language``
    among it."""
    language, scheme = given.pop("language", "en"), given.pop("scheme", "light")
    context = browser.new_context(
        viewport={"width": device.width, "height": device.height},
        has_touch=device.touch,
        is_mobile=device.touch,
        locale={"en": "en-GB", "zh": "zh-CN"}[language],
        timezone_id=given.pop("timezone", "Asia/Shanghai"),
        color_scheme=scheme,
        reduced_motion="reduce",
        **given,
    )
    context.set_default_timeout(_WAIT_MS)
    watched = Watched(context.new_page(), context, url, name)
    watched.watch()
    try:
        yield watched
    finally:
        context.close()


def _told(violation: dict[str, Any]) -> str:
    where = "; ".join(f"{node['target']} {node['html'][:160]}" for node in violation["nodes"][:5])
    return f"{violation['id']} ({violation['impact']}): {violation['help']}: {where}"
