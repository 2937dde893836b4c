"""A running service for browsers: the real one, with staff of any role, and photos that it takes as already looked at.

What was seen on a photo is kept by its SHA-256 and by the network that looked. So a drawn photo that a scripted
detector has looked at before is, to the service, one that its own network has seen; every other photo goes through the
shipped network.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx2
from drawn_cars import Drawn, close_up, side_view
from peopled import CHEAP, STAFF
from reports import report
from served import UNLIMITED, Served
from sites import COVER, Case, Site, app_key

from api.settings import Settings
from api.stores import open_stores
from claims.desk import staff
from claims.desk.console import Console
from claims.desk.house import House
from claims.desk.looking import Looked, Sent, look_all
from claims.observe import Eyes
from claims.repository import observations
from claims.rulebook import Rulebook
from claims.states import Role
from inference.images import IntakeLimits
from inference.testing import ScriptedDetector

PASSWORD: Final = "four words of my own"  # noqa: S105 - of nobody
NAMES: Final = dict(zip(STAFF, ("陈静", "王磊", "李娜", "赵敏", "周强", "管理员"), strict=True))
"""What the staff are called."""
_HASHED: Final = CHEAP.hash(PASSWORD)
_POLICY: Final = Path(__file__).parents[2] / "data" / "rules" / "triage.yaml"


@dataclass
class Stage:
    """``site`` asks the service over HTTP, as insurers' apps do; its clock is the real one."""

    served: Served
    site: Site = field(repr=False)
    seeds: Iterator[int] = field(default_factory=lambda: iter(count(11, 10)))

    @property
    def url(self) -> str:
        """Where it answers."""
        return self.served.url

    def seed(self) -> int:
        """Of a picture that nobody has drawn yet."""
        return next(self.seeds)

    def two_views(self) -> tuple[bytes, bytes]:
        """Photos of one scratched door, known to the service: where all is answered, an offer at once."""
        seed = self.seed()
        return self.known(side_view(seed), close_up(seed))  # type: ignore[return-value]

    def known(self, *photos: Drawn) -> tuple[bytes, ...]:
        """The files, of which the service takes to be there what is drawn on them."""
        script = {sha256(one.content).hexdigest(): one.rows for one in photos}
        eyes = Eyes(detector=ScriptedDetector(script), limits=IntakeLimits(), rulebook=Rulebook.load())
        house = replace(self.site.house, eyes=eyes)
        looked = look_all(house, [Sent(name="drawn.jpg", content=one.content) for one in photos], at=_now())
        seen = {one.sha256: one.kept for one in looked if isinstance(one, Looked) and one.kept is not None}
        with house.books.writing() as book:
            observations.keep(book, seen, at=_now())
        return tuple(one.content for one in photos)

    def case(self, *photos: bytes, covered: bool = True, **answers: Any) -> Case:
        """A case that an insurer's app opened, every question answered, with these photos."""
        notice = {**report(self.seed() % 100_000)["notice"], **answers}
        made = self.site.opened(self.site.app, **notice)
        case = Case(self.site, made["claim"]["id"], made["token"])
        if photos:
            assert case.send(*photos).status_code == 201
        if covered:
            assert case.ask("PUT", "/cover", self.site.app, json=COVER).status_code == 200
        return case

    def offered(self) -> Case:
        """With the machine's offer."""
        case = self.case(*self.two_views())
        assert case.assessed()["offer"]
        return case

    def referred(self, photos: Sequence[bytes] = ()) -> Case:
        """In front of a person: nobody has said whether the policy covers it."""
        case = self.case(*(photos or self.two_views()), covered=False)
        assert case.assessed()["offer"] is None
        return case

    def somebody(self, role: Role) -> str:
        """The login of one more of the staff, with nothing in hand."""
        login = f"{role}.{self.seed()}"
        new = staff.NewPerson(subject=login, name=NAMES[role], role=role, password=_HASHED)
        with Console.open(self.site.house.books, _now()) as console:
            staff.add(console, new)
        return login

    def token(self, login: str) -> str:
        """For what somebody does while nobody watches."""
        answer = self.site.ask("POST", "/v1/session", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["token"])

    def staff(self, role: Role) -> str:
        """The token of one more of the staff."""
        return self.token(self.somebody(role))


@contextmanager
def open_stage(home: Path) -> Iterator[Stage]:
    """``quickclaim serve`` with the shipped weights on a fresh home. No case is drawn for a check by a person."""
    home.mkdir(parents=True, exist_ok=True)
    policy = home / "triage.yaml"
    policy.write_text(
        _POLICY.read_text("utf-8").replace("audit_sample_share: 0.05", "audit_sample_share: 0.0"), "utf-8"
    )
    served = Served(
        home,
        settings={
            **UNLIMITED,
            "QUICKCLAIM_POLICY": str(policy),
            "QUICKCLAIM_BACKEND": "onnx",
            "QUICKCLAIM_DRAIN_S": "0",
        },
    )
    with ExitStack() as held:
        stores = held.enter_context(open_stores(Settings(home=home)))
        held.callback(served.stop)
        served.start()
        client = held.enter_context(httpx2.Client(base_url=served.url, timeout=60))
        eyes = Eyes(detector=ScriptedDetector({}), limits=IntakeLimits(), rulebook=Rulebook.load())
        house = House.of(stores.books, stores.photos, eyes, stores.keys)
        yield Stage(served, Site(client, house, _now, app_key(stores.books), {}))  # type: ignore[arg-type]


def _now() -> datetime:
    return datetime.now(UTC)
