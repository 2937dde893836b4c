"""A page as its reader has it: elements, texts and cells."""

import base64
import io
from dataclasses import dataclass, field
from html.parser import HTMLParser

from PIL import Image

VOID = {"meta", "br", "hr", "img", "link", "col"}


@dataclass
class ReadCell:
    """A cell of a table. ``marked``: it is marked as resting on few cases."""

    text: str = ""
    marked: bool = False


@dataclass
class ReadRow:
    """``of`` are the classes of its table."""

    of: str
    cells: list[ReadCell] = field(default_factory=list)


class ReadPage(HTMLParser):
    """Fails for a tag that is not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.rows: list[ReadRow] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        self.elements.append((tag, own))
        kind = own.get("class") or ""
        if tag not in VOID:
            self.open.append((tag, kind))
        if tag == "tr":
            tables = [of for name, of in self.open if name in {"table", "figure"}]
            self.rows.append(ReadRow(of=" ".join(tables)))
        if tag in {"td", "th"}:
            self.rows[-1].cells.append(ReadCell())
        if kind == "few" and self._in_cell():
            self.rows[-1].cells[-1].marked = True

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1][0] != "style":
            self.words.append(data)
        if self._in_cell() and self.open[-1][1] != "few":
            self.rows[-1].cells[-1].text += data

    def _in_cell(self) -> bool:
        return any(tag in {"td", "th"} for tag, _ in self.open)

    @property
    def text(self) -> str:
        """All that can be read, with single spaces."""
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of each element with this name."""
        return [attributes for name, attributes in self.elements if name == tag]

    def pictures(self) -> list[tuple[bytes, Image.Image]]:
        """The embedded pictures: their bytes, and opened."""
        found = []
        for one in self.all("image"):
            data = base64.b64decode((one["href"] or "").removeprefix("data:image/jpeg;base64,"), validate=True)
            with Image.open(io.BytesIO(data)) as image:
                image.load()
                found.append((data, image))
        return found
