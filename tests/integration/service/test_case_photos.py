"""Photos of a case on both databases: looked at once, kept once, found again, shown, forgotten; kill -9 included."""

import io
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import text

from claims import key_file
from claims.actions import Action
from claims.actors import Actor, ActorKind
from claims.assess import conclude
from claims.canonical import canonical
from claims.desk.house import House
from claims.desk.photos import (
    MOST_PHOTOS,
    Looked,
    Sent,
    add_photos,
    look,
    look_all,
    observations_of,
    photo_content,
    which_are_there,
)
from claims.facts import CaseFacts
from claims.ids import new_id
from claims.keys import Keys
from claims.observation_bytes import observation_bytes
from claims.observe import Eyes, PhotoSource, observe
from claims.photo_store import LocalPhotoStore
from claims.repository import audit, claims, erasure, photos
from claims.repository.book import Books, Secrets
from claims.repository.claims import Claim
from claims.review_queue import Lease
from claims.rulebook import Rulebook
from claims.secrecy import Sealer
from claims.states import CaseState, Owner, Role
from claims.tables import metadata
from inference.detector import Detector
from inference.images import IntakeLimits
from inference.preprocess import PhotoLike
from inference.testing import Row, ScriptedDetector
from model.detections import Detections
from model.errors import ClaimError, PhotoRejected, RightsError, StorageError
from model.manifest import Manifest
from model.registry import DEFAULT_MODEL, shipped_weights

AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
SOMEBODY = UUID(int=8)
NEXT_DAY = AT + timedelta(days=1, minutes=5)
ROWS: list[Row] = [("back_left_door", 0.95, (50.0, 50.0, 590.0, 430.0)), ("scratch", 0.9, (300.0, 250.0, 340.0, 275.0))]


def picture(seed: int, *, gps: bool = False) -> bytes:
    """A JPEG of soft noise with the EXIF of a phone; no two seeds alike."""
    noise = np.random.default_rng(seed).integers(30, 220, (30, 40, 3), dtype=np.uint8)
    exif, out = Image.Exif(), io.BytesIO()
    exif[0x0132], exif[0x0131] = "2026:11:20 18:03:04", "Phone 7"
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 13.0, 49.4375), 3: "E", 4: (121.0, 28.0, 25.3125)} if gps else {})
    Image.fromarray(noise).resize((640, 480), Image.Resampling.BICUBIC).save(out, "JPEG", quality=90, exif=exif)
    return out.getvalue()


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


PICTURES = [picture(seed) for seed in range(12)]
WALL, PLACED = picture(99), picture(50, gps=True)
JUNK = b"%PDF-1.7 no photo of a car"
HALF = PICTURES[0][:2000]
BIG = b"\xff\xd8\xff\xe0" + bytes(70_000)
SCRIPT: dict[str, list[Row]] = {digest(content): ROWS for content in [*PICTURES, PLACED]} | {digest(WALL): []}


@dataclass(frozen=True)
class Counting:
    """A detector that remembers which photos went through its network."""

    inner: ScriptedDetector = field(default_factory=lambda: ScriptedDetector(SCRIPT))
    ran: list[str] = field(default_factory=list)

    @property
    def manifest(self) -> Manifest:
        return self.inner.manifest

    def detect(self, photo: PhotoLike) -> Detections:
        self.ran.append(str(getattr(photo, "sha256", "")))
        return self.inner.detect(photo)

    def detect_many(self, photos: Iterable[PhotoLike]) -> Iterator[Detections]:
        return map(self.detect, photos)


@pytest.fixture
def network() -> Counting:
    return Counting()


@pytest.fixture
def house(books: Books, keys: Keys, tmp_path: Path, network: Counting, rulebook: Rulebook) -> House:
    store = LocalPhotoStore(tmp_path / "photos", Sealer(keys.seal))
    return House.of(books, store, Eyes(detector=network, limits=IntakeLimits(), rulebook=rulebook), keys)


@pytest.fixture
def claim(add_claim: Callable[..., Claim]) -> Claim:
    return add_claim()


def customer(claim: Claim) -> Actor:
    return Actor(kind=ActorKind.CUSTOMER, id=UUID(int=5), role=Role.CUSTOMER, claim=claim.id)


def staff(role: Role, who: UUID = SOMEBODY) -> Actor:
    return Actor(kind=ActorKind.STAFF, id=who, role=role)


def looks(house: House, *contents: bytes) -> list[Looked]:
    found = look_all(house, [Sent(name=f"{place}.jpg", content=one) for place, one in enumerate(contents)], at=AT)
    return [one for one in found if isinstance(one, Looked)]


def send(house: House, claim: Claim, *contents: bytes) -> list[bool]:
    """Look and add; whether each was fresh."""
    looked = looks(house, *contents)
    with house.desk(customer(claim), AT) as desk:
        return [one.fresh for one in add_photos(desk, claim.id, looked)]


def of_claim(house: House, claim: Claim) -> tuple[photos.Photo, ...]:
    with house.books.reading() as book:
        return photos.of_claim(book, claim.id)


def now(house: House, claim: Claim) -> Claim:
    with house.books.reading() as book:
        found = claims.get(book, claim.id)
    assert found is not None
    return found


# --- looked at once -------------------------------------------------------------------------------------------------


def test_a_photo_is_looked_at_and_added(house: House, claim: Claim) -> None:
    content = PLACED
    looked = look(house, content, "C:\\Wang\\一.jpg", at=AT)
    assert (looked.sha256, looked.size, looked.media_type) == (digest(content), len(content), "image/jpeg")
    assert (looked.width, looked.height, looked.usable) == (640, 480, True)
    assert looked.taken_at == datetime.fromisoformat("2026-11-20T18:03:04")
    assert "31" not in repr(looked.position)
    assert "Wang" not in repr(looked)
    with house.desk(customer(claim), AT) as desk:
        [added] = add_photos(desk, claim.id, [looked])
    [stored] = of_claim(house, claim)
    assert added.fresh
    assert stored == added.photo
    assert stored.taken_at == datetime(2026, 11, 20, 10, 3, 4, tzinfo=UTC)
    assert (stored.phash, stored.verdict, stored.added_by) == (looked.phash, looked.verdict, customer(claim).name)
    assert now(house, claim).version == claim.version + 1
    with house.books.reading() as book:
        [entry] = audit.entries(book)
        assert (entry.action, entry.facts) == (Action.ADD_PHOTOS, {"photos": 1, "photo_sha256": digest(content)})
        place = photos.places(book, claim.id)[digest(content)]
        assert (place.latitude, place.longitude) == pytest.approx((31.2304, 121.4737), abs=1e-4)


def test_an_assessment_does_not_run_the_network_again(house: House, claim: Claim, network: Counting) -> None:
    contents = [*PICTURES[:4], HALF, WALL]
    send(house, claim, *contents)
    ran = len(network.ran)
    digests = [photo.sha256 for photo in of_claim(house, claim)]
    kept = observations_of(house, digests, at=AT)
    assert len(network.ran) == ran == 5
    assert [(one.index, one.name, one.sha256) for one in kept] == [
        (place, str(place + 1), digest(content)) for place, content in enumerate(contents)
    ]
    sources = [PhotoSource(name=str(place + 1), content=content) for place, content in enumerate(contents)]
    anew = observe(sources, house.eyes)
    told = [
        canonical(conclude(seen, CaseFacts(), house.rulebook, model_version="m", on=date(2026, 11, 22)))
        for seen in (kept, anew)
    ]
    assert told[0] == told[1]


@pytest.mark.photos
def test_real_photos_through_the_real_network(house: House, claim: Claim, shared_photos: Path) -> None:
    """Kept one by one as they came, concluded together: what the bare pipeline gives, to the byte."""
    paths = sorted((shared_photos / "damaged_parts" / "images").glob("*.jpg"))[:3]
    detector = Detector.load(shipped_weights() / DEFAULT_MODEL, "onnx")
    real = replace(house, eyes=replace(house.eyes, detector=detector))
    send(real, claim, *(path.read_bytes() for path in paths))
    blind = replace(house, eyes=replace(house.eyes, detector=ScriptedDetector({}, detector.manifest)))
    kept = observations_of(blind, [photo.sha256 for photo in of_claim(house, claim)], at=AT)
    anew = observe([PhotoSource(name=path.name, content=path) for path in paths], real.eyes)
    assert len(kept) == 3
    assert len(kept[0].detections or ()) > 0
    told = [
        canonical(conclude(seen, CaseFacts(), house.rulebook, model_version="m", on=date(2026, 11, 22)))
        for seen in (kept, anew)
    ]
    assert told[0] == told[1]


def test_another_way_of_looking_looks_again_and_keeps_both(house: House, claim: Claim, network: Counting) -> None:
    send(house, claim, PICTURES[0])
    other = replace(house, eyes=replace(house.eyes, limits=IntakeLimits(min_side=64)))
    for _ in range(2):
        observations_of(other, [digest(PICTURES[0])], at=AT)
        observations_of(house, [digest(PICTURES[0])], at=AT)
    assert len(network.ran) == 2


def sealed_files(house: House) -> dict[str, Path]:
    assert isinstance(house.photos, LocalPhotoStore)
    return {path.name: path for path in house.photos.folder.glob("??/??/*")}


@pytest.mark.parametrize("harm", ["altered", "gone", "older form"])
def test_an_observation_that_is_lost_is_made_again(
    house: House, claim: Claim, network: Counting, harm: str, caplog: pytest.LogCaptureFixture
) -> None:
    send(house, claim, PICTURES[0])
    [before] = observations_of(house, [digest(PICTURES[0])], at=AT)
    [blob] = sealed_files(house).keys() - {digest(PICTURES[0])}
    if harm == "altered":
        content = bytearray(sealed_files(house)[blob].read_bytes())
        content[-1] ^= 1
        sealed_files(house)[blob].write_bytes(content)
    elif harm == "gone":
        sealed_files(house)[blob].unlink()
    else:
        with house.books.writing() as book:
            older = house.photos.put(b"quickclaim/observation/0\n", at=AT)
            book.connection.execute(text("UPDATE observations SET blob = :older"), {"older": older})
    for _ in range(2):
        [after] = observations_of(house, [digest(PICTURES[0])], at=AT)
        assert observation_bytes(after) == observation_bytes(before)
    assert network.ran == [digest(PICTURES[0])] * 2
    assert len(caplog.records) == (harm != "older form")
    assert house.photos.open(blob)


def test_a_photo_that_is_lost_is_told(house: House, claim: Claim) -> None:
    send(house, claim, PICTURES[0])
    for path in sealed_files(house).values():
        path.unlink()
    with pytest.raises(StorageError) as refusal:
        observations_of(house, [digest(PICTURES[0])], at=AT)
    assert refusal.value.code == "storage.photo_missing"


# --- one photo for each file ----------------------------------------------------------------------------------------


def test_the_same_photo_twice_is_one(house: House, claim: Claim, network: Counting) -> None:
    assert send(house, claim, PICTURES[0], PICTURES[1], PICTURES[0]) == [True, True, False]
    after = now(house, claim)
    assert send(house, claim, PICTURES[1], PICTURES[0]) == [False, False]
    assert now(house, claim) == after
    assert [photo.position for photo in of_claim(house, claim)] == [0, 1]
    assert len(network.ran) == 2
    with house.books.reading() as book:
        assert [entry.facts for entry in audit.entries(book)] == [{"photos": 2}]


def test_one_request_may_hold_the_same_file_twice(house: House, claim: Claim, network: Counting) -> None:
    first, again = looks(house, PICTURES[0], PICTURES[0])
    assert replace(again, name=first.name) == first
    assert network.ran == [digest(PICTURES[0])]


def test_ten_at_once(house: House, claim: Claim) -> None:
    """Each sends the same photo and one of its own."""

    def both(place: int) -> list[bool]:
        return send(house, claim, PICTURES[10], PICTURES[place])

    with ThreadPoolExecutor(10) as threads:
        fresh = list(threads.map(both, range(10)))
    assert sum(shared for shared, _ in fresh) == 1
    assert all(own for _, own in fresh)
    stored = of_claim(house, claim)
    assert [photo.position for photo in stored] == list(range(11))
    assert {photo.sha256 for photo in stored} == {digest(content) for content in PICTURES[:11]}
    assert now(house, claim).version == claim.version + 10
    with house.books.reading() as book:
        assert book.connection.execute(text("SELECT count(*) FROM observations")).scalar_one() == 11
        assert audit.verify(book) == ()


def test_what_is_there_need_not_be_sent(house: House, claim: Claim, add_claim: Callable[..., Claim]) -> None:
    other = add_claim()
    send(house, claim, PICTURES[0], PICTURES[1])
    send(house, other, PICTURES[2])
    asked = [digest(content) for content in PICTURES[1:4]]
    with house.looking(customer(claim), AT) as desk:
        assert which_are_there(desk, claim.id, asked) == {digest(PICTURES[1])}
        with pytest.raises(RightsError) as refusal:
            which_are_there(desk, other.id, asked)
    assert refusal.value.code == "rights.not_found"


def test_a_photo_that_could_not_be_used_may_be_sent_again(house: House, claim: Claim) -> None:
    """As after a moment with too little memory; here a limit stands for it."""
    strict = replace(house, eyes=replace(house.eyes, limits=IntakeLimits(min_side=500)))
    send(strict, claim, PICTURES[0], HALF)
    assert [photo.verdict[0].code for photo in of_claim(house, claim)] == ["photo.too_small"] * 2
    assert send(house, claim, PICTURES[0], HALF) == [True, False]
    first, second = of_claim(house, claim)
    assert (first.sha256, first.usable, first.position, second.position) == (digest(PICTURES[0]), True, 0, 1)
    with house.books.reading() as book:
        found = photos.elsewhere(book, new_id(AT), {"0" * 64: [first.phash or 0]})
    assert [(match.claim, match.sha256, match.exact) for match in found] == [(claim.id, first.sha256, False)]


# --- what is refused ------------------------------------------------------------------------------------------------


def test_a_photo_that_cannot_be_used_is_kept_as_a_fact(house: House, claim: Claim, network: Counting) -> None:
    assert send(house, claim, HALF, WALL) == [True, True]
    broken, wall = of_claim(house, claim)
    assert (broken.usable, broken.verdict[0].code, broken.media_type) == (False, "photo.truncated", "image/jpeg")
    assert broken.phash is None
    assert (wall.usable, wall.verdict[0].code) == (False, "quality.no_car")
    assert network.ran == [digest(WALL)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "photo.empty"),
        (bytes(900), "photo.unknown_format"),
        (JUNK, "photo.is_document"),
        (BIG, "photo.too_many_bytes"),
    ],
)
def test_what_is_no_photo_empty_or_too_large_is_not_kept(house: House, content: bytes, code: str) -> None:
    small = replace(house, eyes=replace(house.eyes, limits=IntakeLimits(max_bytes=65_536)))
    with pytest.raises(PhotoRejected) as refusal:
        look(small, content, "x", at=AT)
    assert refusal.value.code == code
    assert not house.photos.exists(digest(content))


def test_the_others_are_kept_all_the_same(house: House) -> None:
    sent = [Sent(name="x", content=content) for content in (PICTURES[0], b"", PICTURES[1])]
    first, refused, second = look_all(house, sent, at=AT)
    assert isinstance(refused, PhotoRejected)
    assert refused.code == "photo.empty"
    for looked, content in ((first, PICTURES[0]), (second, PICTURES[1])):
        assert isinstance(looked, Looked)
        assert looked.sha256 == digest(content)
        assert house.photos.open(digest(content)) == content
    assert not house.photos.exists(digest(b""))


def test_a_large_heif_is_not_kept(house: House) -> None:
    """It has a limit of its own."""
    small = replace(house, eyes=replace(house.eyes, limits=IntakeLimits(max_heif_bytes=1000)))
    content = b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + bytes(2000)
    with pytest.raises(PhotoRejected) as refusal:
        look(small, content, "x", at=AT)
    assert refusal.value.code == "photo.too_many_bytes"
    assert not house.photos.exists(digest(content))


@pytest.mark.parametrize("state", [CaseState.CLOSED, CaseState.WITHDRAWN, CaseState.DECLINED_MANUAL])
def test_a_case_at_rest_takes_no_photos(house: House, add_claim: Callable[..., Claim], state: CaseState) -> None:
    claim = add_claim(state=state, owner=None)
    with pytest.raises(ClaimError) as refusal:
        send(house, claim, PICTURES[0])
    assert refusal.value.code == "claim.at_rest"
    assert of_claim(house, claim) == ()


@pytest.mark.parametrize("state", [CaseState.MATERIALS_SUBMITTED, CaseState.IN_REVIEW, CaseState.ASSESSED])
def test_a_case_takes_photos_until_it_rests(house: House, add_claim: Callable[..., Claim], state: CaseState) -> None:
    claim = add_claim(state=state, owner=Owner.ADJUSTER)
    assert send(house, claim, PICTURES[0]) == [True]
    assert now(house, claim) == replace(claim, version=2)


def test_there_is_an_end_to_photos(house: House, claim: Claim) -> None:
    [one] = looks(house, PICTURES[0])
    many = [replace(one, sha256=f"{number:064x}") for number in range(MOST_PHOTOS)]
    with house.desk(customer(claim), AT) as desk:
        assert len(add_photos(desk, claim.id, many)) == MOST_PHOTOS
    with house.desk(customer(claim), AT) as desk:
        assert not any(added.fresh for added in add_photos(desk, claim.id, many[:3]))
    with pytest.raises(ClaimError) as refusal, house.desk(customer(claim), AT) as desk:
        add_photos(desk, claim.id, [many[0], one])
    assert refusal.value.code == "claim.too_many_photos"
    assert refusal.value.facts == {"photos": MOST_PHOTOS, "limit": MOST_PHOTOS}
    assert len(of_claim(house, claim)) == MOST_PHOTOS


@pytest.mark.parametrize(
    ("actor", "code"),
    [
        (Actor(kind=ActorKind.CUSTOMER, id=UUID(int=5), role=Role.CUSTOMER, claim=UUID(int=1)), "rights.not_found"),
        (Actor(kind=ActorKind.APP, id=UUID(int=6), role=Role.APP), "rights.not_found"),
        (staff(Role.AUDITOR), "rights.forbidden"),
        (staff(Role.EXPERT), "rights.forbidden"),
    ],
)
def test_only_who_may_adds(house: House, claim: Claim, actor: Actor, code: str) -> None:
    looked = looks(house, PICTURES[0])
    with pytest.raises(RightsError) as refusal, house.desk(actor, AT) as desk:
        add_photos(desk, claim.id, looked)
    assert refusal.value.code == code
    assert of_claim(house, claim) == ()


# --- shown ----------------------------------------------------------------------------------------------------------


def test_who_may_see_a_photo(house: House, add_claim: Callable[..., Claim], add_person: Callable[..., UUID]) -> None:
    holder = add_person("holder", Role.SENIOR)
    lease = Lease(holder=holder, taken_at=AT, until=AT + timedelta(minutes=30))
    claim = add_claim(state=CaseState.IN_REVIEW, owner=Owner.ADJUSTER, lease=lease)
    send(house, claim, PICTURES[0])
    for actor in (customer(claim), staff(Role.SENIOR, holder), staff(Role.EXPERT)):
        with house.looking(actor, AT) as desk:
            found = photo_content(desk, claim.id, digest(PICTURES[0]))
        assert (found.content, found.media_type) == (PICTURES[0], "image/jpeg")
        assert "content" not in repr(found)
    refused = {
        "rights.not_held": staff(Role.SENIOR),
        "rights.forbidden": staff(Role.FRONT_LINE),
        "rights.not_found": customer(replace(claim, id=UUID(int=1))),
    }
    for code, actor in refused.items():
        with pytest.raises(RightsError) as refusal, house.looking(actor, AT) as desk:
            photo_content(desk, claim.id, digest(PICTURES[0]))
        assert refusal.value.code == code


def test_a_photo_of_another_case_is_not_found(house: House, claim: Claim, add_claim: Callable[..., Claim]) -> None:
    send(house, add_claim(), PICTURES[0])
    with pytest.raises(RightsError) as refusal, house.looking(customer(claim), AT) as desk:
        photo_content(desk, claim.id, digest(PICTURES[0]))
    assert refusal.value.code == "rights.not_found"


# --- at rest, swept, erased -----------------------------------------------------------------------------------------


def test_no_row_and_no_file_tells_a_place(house: House, claim: Claim) -> None:
    send(house, claim, PLACED)
    with house.books.reading() as book:
        rows = [
            str(value)
            for table in metadata.sorted_tables
            for row in book.connection.execute(text(f"SELECT * FROM {table.name}"))  # noqa: S608
            for value in row
        ]
        place = photos.places(book, claim.id)[digest(PLACED)]
    told = [json.dumps(number).encode()[:6] for number in (place.latitude, place.longitude)]
    stored = "\n".join(rows).encode() + b"".join(path.read_bytes() for path in sealed_files(house).values())
    assert digest(PLACED).encode() in stored
    assert not [number for number in told if number in stored]
    assert b"Phone 7" not in stored


def sweep(house: House, at: datetime) -> int:
    """As the periodic work does it: each question in a transaction of its own."""

    def known(name: str) -> bool:
        with house.books.reading() as book:
            return photos.is_known(book, name)

    return house.photos.sweep(known, at=at)


def test_a_sweep_takes_what_no_case_has(house: House, claim: Claim, network: Counting) -> None:
    send(house, claim, PICTURES[0])
    looks(house, PICTURES[1])
    assert sweep(house, AT + timedelta(hours=23)) == 0
    assert sweep(house, NEXT_DAY) == 2
    observations_of(house, [digest(PICTURES[0])], at=AT)
    assert len(network.ran) == 2
    assert send(house, claim, PICTURES[1]) == [True]
    assert len(network.ran) == 3


def test_an_erased_case_leaves_what_another_has(
    house: House, claim: Claim, add_claim: Callable[..., Claim], network: Counting
) -> None:
    other = add_claim()
    send(house, claim, PICTURES[0], PICTURES[1])
    send(house, other, PICTURES[1])
    with house.books.writing() as book:
        erasure.erase(book, now(house, claim), at=AT)
    with house.books.reading() as book:
        assert photos.places(book, claim.id) == {}
        seen = book.connection.execute(text("SELECT sha256 FROM observations")).scalars().all()
        assert seen == [digest(PICTURES[1])]
    assert sweep(house, NEXT_DAY) == 2
    assert not house.photos.exists(digest(PICTURES[0]))
    observations_of(house, [digest(PICTURES[1])], at=AT)
    assert len(network.ran) == 2


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID
from claims import db, key_file
from claims.actors import Actor, ActorKind
from claims.desk.house import House
from claims.desk.photos import add_photos, look
from claims.observation_bytes import observation_bytes
from claims.observe import Eyes
from claims.photo_store import LocalPhotoStore
from claims.repository import observations
from claims.repository.book import Books, Secrets
from claims.rulebook import Rulebook
from claims.secrecy import Sealer
from claims.states import Role
from inference.images import IntakeLimits
from inference.testing import ScriptedDetector
from hashlib import sha256

url, home, claim, when = sys.argv[1], Path(sys.argv[2]), UUID(sys.argv[3]), sys.argv[4]
keys = key_file.read(home / key_file.NAME)
books = Books(db.open_engine(db.Database(url=url)), Secrets.of(keys))
content = (home / 'photo.jpg').read_bytes()
network = ScriptedDetector({sha256(content).hexdigest(): []})
eyes = Eyes(detector=network, limits=IntakeLimits(), rulebook=Rulebook.load())
house = House.of(books, LocalPhotoStore(home / 'photos', Sealer(keys.seal)), eyes, keys)
at = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)

def die(*given, **named):
    os.kill(os.getpid(), signal.SIGKILL)

def at_line(frame, event, argument):
    '''Dies on the way into the function that ``when`` names.'''
    if event == 'call' and frame.f_code.co_qualname == when:
        die()

sys.settrace(at_line)
looked = look(house, content, 'x', at=at)
with house.desk(Actor(kind=ActorKind.CUSTOMER, id=UUID(int=5), role=Role.CUSTOMER, claim=claim), at) as desk:
    add_photos(desk, claim, [looked])
    if when == 'commit':
        die()
"""


@pytest.mark.parametrize("when", ["observe", "_looked", "keep", "commit"])
def test_killed_between_the_file_and_the_row(
    books: Books, url: str, claim: Claim, tmp_path: Path, rulebook: Rulebook, when: str
) -> None:
    """Nothing is half there, nothing stays for good, and sending it again goes through."""
    keys, content = key_file.read_or_create(tmp_path), picture(3)
    (tmp_path / "photo.jpg").write_bytes(content)
    command = [sys.executable, "-c", KILLED, url, str(tmp_path), str(claim.id), when]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=Path(__file__).parents[3])
    assert done.returncode == -signal.SIGKILL, done.stderr
    store = LocalPhotoStore(tmp_path / "photos", Sealer(keys.seal))
    eyes = Eyes(detector=ScriptedDetector({digest(content): ROWS}), limits=IntakeLimits(), rulebook=rulebook)
    house = House.of(Books(books.engine, Secrets.of(keys)), store, eyes, keys)
    assert of_claim(house, claim) == ()
    assert now(house, claim) == claim
    assert not store.exists(digest(content)) or store.open(digest(content)) == content
    sweep(house, datetime.now(UTC) + timedelta(days=2))  # a draft has the time of its writing
    assert sealed_files(house) == {}
    assert send(house, claim, content) == [True]
    [kept] = observations_of(house, [digest(content)], at=AT)
    assert kept.sha256 == digest(content)
