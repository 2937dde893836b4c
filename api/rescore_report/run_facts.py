"""What a run rests on, as the head of the report tells it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from model.labels import Label
from model.notes import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """``source``: name of the manifest or the database. ``versions`` as ``Assessment.versions``; ``previous`` those of
    the run that this one is compared with, empty where there is none or nobody knows. ``made``: the report's day.

    ``complete``: no row of the manifest is left. ``manifest``: what reading it told of it as a whole. ``labels`` of the
    network, by their names.
    """

    source: str
    versions: Mapping[str, str]
    made: date
    previous: Mapping[str, str] = field(default_factory=dict)
    complete: bool = True
    manifest: tuple[Note, ...] = ()
    labels: Mapping[str, Label] = field(default_factory=dict)
