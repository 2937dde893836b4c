"""A case on an adjuster's table: reported, looked at by the machine, waiting for a person; and the people."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from desks import AT, Scene, customer, known_notice

from claims.actors import Actor, ActorKind
from claims.desk import assessing, opening
from claims.desk.house import House
from claims.desk.photos import add_photos, look
from claims.facts import VehicleFacts
from claims.ids import new_id
from claims.notice import Notice
from claims.repository import claims, jobs, people, timeline
from claims.repository.claims import Claim
from claims.repository.people import Person
from claims.repository.timeline import Step
from claims.states import Role

T = TypeVar("T")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
CAR = VehicleFacts(vehicle_class="CN2_60_150k", adas=False, new_energy=False)


@dataclass(frozen=True)
class Case:
    """One case of a house, and its customer."""

    house: House
    id: UUID
    customer: Actor

    def do(self, actor: Actor, at: datetime, use: Callable[..., T], *given: Any, **named: Any) -> T:
        """One use case of the desk in a transaction of its own."""
        with self.house.desk(actor, at) as desk:
            return use(desk, self.id, *given, **named)

    def see(self, actor: Actor, at: datetime, use: Callable[..., T], *given: Any) -> T:
        """The same, where nothing is changed."""
        with self.house.looking(actor, at) as desk:
            return use(desk, self.id, *given)

    @property
    def now(self) -> Claim:
        with self.house.books.reading() as book:
            found = claims.get(book, self.id)
        assert found is not None
        return found

    @property
    def steps(self) -> tuple[Step, ...]:
        with self.house.books.reading() as book:
            return timeline.of_claim(book, self.id)


def reported(house: House, notice: Notice, at: datetime = AT) -> Case:
    """A case of which everything is known but whether the policy covers it."""
    with house.desk(customer(at), at) as desk:
        opened = opening.open_claim(desk, known_notice(notice, at - 5 * HOUR), CAR)
    return Case(house, opened.claim.id, customer(at, opened.claim.id))


def in_review(house: House, notice: Notice, scene: Scene, at: datetime = AT) -> Case:
    """The same with its photos, referred to a person by the machine one minute later."""
    case = reported(house, notice, at)
    case.do(case.customer, at, add_photos, [look(house, content, "p.jpg", at=at) for content in scene.photos])
    looked_at(case, at)
    return case


def looked_at(case: Case, at: datetime) -> None:
    """The machine's work, asked for by the customer at ``at``, is done one minute later."""
    job = case.do(case.customer, at, assessing.ask).job
    with case.house.books.writing() as book:
        taken = jobs.begin(book, job.id, "w", at=at, lease=HOUR)
    assert taken is not None
    assessing.carry_out(case.house, taken, lambda: at + MINUTE)


def somebody(house: House, role: Role, login: str | None = None) -> Actor:
    """One more of the staff."""
    person = Person(id=new_id(AT), subject=login or role.value, name="李娜", role=role, made_at=AT)
    with house.books.writing() as book:
        assert people.add(book, person)
    return Actor(kind=ActorKind.STAFF, id=person.id, role=role)
