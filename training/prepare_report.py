"""What is in a prepared set, and what had to be settled on the way: ``report.json``."""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from data.formats.faults import SHOWN

EDGES = (0.025, 0.05, 0.1, 0.2, 0.4)
"""Between the bars of box sizes."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Places(_Frozen):
    """Things that happened so often, and the first ten of them."""

    count: int
    first: tuple[str, ...]

    @classmethod
    def of(cls, found: Iterable[str]) -> "Places":
        """Counts all, keeps ten."""
        places = tuple(found)
        return cls(count=len(places), first=places[:SHOWN])


class PhotoCount(_Frozen):
    """Photos of one set that teach alike on one side. ``shown``: in an epoch; ``empty``: photos without any box."""

    folder: str
    scope: str
    split: str
    photos: int
    shown: int
    boxes: int
    empty: int


class LabelCount(_Frozen):
    """Boxes of one label in the photos of one scope on one side."""

    label: str
    scope: str
    split: str
    boxes: int


class LabelSizes(_Frozen):
    """Of all boxes of a label: their side, the square root of their share of the photo; ``bars`` between ``EDGES``."""

    label: str
    boxes: int
    median: float
    bars: tuple[int, ...]


class Leak(_Frozen):
    """Photos of one picture that the sets put on several sides (path → split), and the side that all of them got."""

    photos: dict[str, str]
    settled: str


class PrepareReport(_Frozen):
    """``leaks``: found and settled. ``copies``: files that one set has twice, of which the first is kept. ``shared``:
    pictures that several sets have. ``clipped``: boxes cut at the edge of the picture; ``unusable``: of which
    less than a pixel is on it, so that their photo is left out for their group of labels; ``unknown_sides``: parts that
    leave labels open; ``partless``: damages without a part; ``unmatched``: own labels whose photo no source has.
    ``digest``: see ``PreparedSet``."""

    name: str
    recipe: str
    digest: str
    photos: tuple[PhotoCount, ...]
    labels: tuple[LabelCount, ...]
    sizes: tuple[LabelSizes, ...]
    leaks: tuple[Leak, ...]
    copies: Places
    shared: Places
    clipped: Places
    unusable: Places
    unknown_sides: Places
    partless: Places
    unmatched: Places
