"""An installation for tests: real tables, store, rules and pipeline; only the detector is scripted."""

import io
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from PIL import Image

from claims.actors import Actor, ActorKind
from claims.desk.house import House
from claims.ids import new_id
from claims.keys import Keys
from claims.notice import Notice
from claims.observe import Eyes
from claims.photo_store import LocalPhotoStore
from claims.repository.book import Books
from claims.rule_sources import RuleFile
from claims.rulebook import Rulebook
from claims.secrecy import Sealer
from claims.states import Role
from inference.images import IntakeLimits
from inference.testing import ScriptedDetector, shipped_manifest

AT = datetime(2026, 11, 22, 8, 30, 0, 123456, tzinfo=UTC)
GOLDEN = Path(__file__).parents[1] / "golden" / "cases"
VIEWS = ("01-scratched-door-two-views", "04-no-damage")


def picture(seed: int) -> bytes:
    """A JPEG of 1000 x 750 px that is like no other: evenly lit noise in large blocks."""
    blocks = np.random.default_rng(seed).integers(60, 180, (15, 20, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(blocks).resize((1000, 750), Image.Resampling.BICUBIC).save(out, "JPEG", quality=92)
    return out.getvalue()


@dataclass(frozen=True)
class Scene:
    """The photos of a golden case, and what the detector says of each."""

    photos: tuple[bytes, ...]
    script: dict[str, Any] = field(repr=False)


def scene(name: str, seed: int = 1) -> Scene:
    """``01-scratched-door-two-views``: an offer at once where every fact is known."""
    case = json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
    pictures = tuple(picture(seed * 100 + index) for index in range(len(case["photos"])))
    rows = [
        [(label, score, tuple(map(float, box))) for label, score, box in photo["detections"]]
        for photo in case["photos"]
    ]
    script = {sha256(content).hexdigest(): given for content, given in zip(pictures, rows, strict=True)}
    return Scene(pictures, script)


def changed(rulebook: Rulebook, file: RuleFile, old: str, new: str) -> Rulebook:
    """The rulebook after somebody has edited one of its files."""
    texts = {source.file: source for source in rulebook.sources}
    assert old in texts[file].content
    edited = replace(texts[file], content=texts[file].content.replace(old, new))
    return Rulebook.from_sources({**texts, file: edited}.values())


def open_house(books: Books, folder: Path, keys: Keys, *scenes: Scene, share: float = 0.0) -> House:
    """``share`` of cases is drawn for a check by a person."""
    script = {digest: rows for one in scenes for digest, rows in one.script.items()}
    detector = ScriptedDetector(script, shipped_manifest("joint-v0"))
    eyes = Eyes(detector=detector, limits=IntakeLimits(), rulebook=_shipped_but_for(share))
    return House.of(books, LocalPhotoStore(folder / "photos", Sealer(keys.seal)), eyes, keys)


@cache
def _shipped_but_for(share: float) -> Rulebook:
    return changed(Rulebook.load(), RuleFile.POLICY, "audit_sample_share: 0.05", f"audit_sample_share: {share}")


def customer(at: datetime, claim: UUID | None = None) -> Actor:
    return Actor(kind=ActorKind.CUSTOMER, id=new_id(at), role=Role.CUSTOMER, claim=claim)


def known_notice(notice: Notice, happened_at: datetime) -> Notice:
    """Every question answered as for the smallest of cases."""
    return notice.model_copy(
        update={
            "happened_at": happened_at,
            "cause": "scrape",
            "other_parties": (),
            "third_party_property": False,
            "driver_licensed": True,
            "driver_sober": True,
            "drivable": True,
            "airbag_deployed": False,
            "fluid_leak": False,
            "misaligned_gaps": False,
            "underbody_or_charge_port": False,
        }
    )
