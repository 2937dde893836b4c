"""HTML from the templates of ``web/``: sentences by code, times and amounts as people write them, compressed."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from api.language import remember
from model.notes import Note
from model.texts import LANGUAGES, Texts

WEB: Final = Path(__file__).parents[2] / "web"
_SMALL: Final = 1024
"""Bytes that are not worth compressing."""
_TAGS: Final = {"zh": "zh-CN", "en": "en"}
_HIDDEN: Final = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of a page, by code; a name that no text has is shown as it is."""

    texts: Texts

    def __call__(self, code: str, **facts: object) -> str:
        return self.texts.say(Note(code, facts))

    def name(self, kind: str, value: str) -> str:
        """What a value of a table is called on pages."""
        return self.texts.sentences.get(f"page.{kind}_name.{value}", value)

    def block(self, *topics: str) -> Markup:
        """The sentences under ``topics`` as a block of JSON that scripts read; placeholders stay."""
        told = {
            code.removeprefix(f"{topic}."): said
            for topic in topics
            for code, said in self.texts.sentences.items()
            if code.startswith(f"{topic}.")
        }
        return Markup('<script type="application/json" id="words">{}</script>').format(as_json(told))

    def moment(self, at: datetime) -> str:
        """A day and a time, in the zone that ``at`` has."""
        return self("page.moment", year=at.year, month=at.month, day=at.day, time=f"{at:%H:%M}")


def money(amount: Decimal) -> str:
    """With two places and groups of three."""
    return f"{amount:,.2f}"


def as_json(told: object) -> Markup:
    """A document for a block that scripts read: nothing in it can end the block."""
    return Markup(json.dumps(told, ensure_ascii=False, default=str).translate(_HIDDEN))  # noqa: S704


def render(template: str, request: Request, texts: Texts, **values: Any) -> str:
    """The text of a page."""
    other = next(language for language in LANGUAGES if language != texts.language)
    return (
        _templates()
        .get_template(template)
        .render(
            say=Words(texts),
            language=texts.language,
            tag=_TAGS[texts.language],
            other=other,
            other_tag=_TAGS[other],
            path=request.url.path,
            phone=request.app.state.phone,
            **values,
        )
    )


def page(
    body: str, request: Request, texts: Texts, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> HTMLResponse:
    """A page that nobody keeps: it tells one person's case, in one language."""
    own = {
        "Content-Language": texts.language,
        "Vary": "Accept-Language, Accept-Encoding, Cookie",
        "Cache-Control": "no-store",
    }
    content = body.encode()
    if len(content) > _SMALL and "gzip" in request.headers.get("accept-encoding", ""):
        content = gzip.compress(content, compresslevel=6, mtime=0)
        own["Content-Encoding"] = "gzip"
    answer = HTMLResponse(content, status, {**own, **(headers or {})})
    remember(answer, request)
    return answer


@cache
def _templates() -> Environment:
    loader = FileSystemLoader(WEB / "templates")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["money"] = money
    made.filters["json"] = as_json
    return made
