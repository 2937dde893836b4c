"""Somebody's hands on a page: they find things by what people read and hear, and count what they do."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from browsing import Watched
from playwright.sync_api import FilePayload, Locator, Page

from model.notes import Note
from model.texts import Texts

Role = Literal["button", "checkbox", "heading", "link", "list", "radio", "row", "dialog", "group", "alert", "status"]


@dataclass
class Hands:
    """``taps`` on tiles, buttons and links; ``keys`` pressed; what is typed into a field is no key here."""

    watched: Watched
    language: str = "en"
    taps: int = 0
    keys: int = 0
    texts: Texts = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.texts = Texts.load(self.language)

    @cached_property
    def page(self) -> Page:
        """The window."""
        return self.watched.page

    def say(self, code: str, **facts: Any) -> str:
        """A sentence of the page."""
        return self.texts.say(Note(code, facts))

    def find(self, role: Role, code: str, within: Locator | None = None, **facts: Any) -> Locator:
        """What has this role and this name. The name may go on, e.g. with the key that does the same."""
        return (within or self.page).get_by_role(role, name=self.say(code, **facts)).first

    def tap(self, role: Role, code: str, within: Locator | None = None, **facts: Any) -> None:
        """Once."""
        self.touch(self.find(role, code, within, **facts))

    def touch(self, target: Locator) -> None:
        """Once."""
        target.click()
        self.taps += 1

    def press(self, *keys: str) -> None:
        """One after the other."""
        for key in keys:
            self.page.keyboard.press(key)
        self.keys += len(keys)

    def write(self, code: str, text: str, **facts: Any) -> None:
        """Into the field of this label."""
        self.page.get_by_label(self.say(code, **facts)).first.fill(text)

    def sees(self, code: str, **facts: Any) -> Locator:
        """Returns when the page says so."""
        said = self.page.get_by_text(self.say(code, **facts)).first
        said.wait_for()
        return said

    def heading(self, code: str, timeout: float | None = None, **facts: Any) -> None:
        """Returns when the page has this heading."""
        self.find("heading", code, **facts).wait_for(timeout=timeout)


def files(photos: Iterable[bytes]) -> list[FilePayload]:
    """Photos as a phone's gallery hands them over."""
    return [{"name": f"IMG_{at:04}.jpg", "mimeType": "image/jpeg", "buffer": photo} for at, photo in enumerate(photos)]
