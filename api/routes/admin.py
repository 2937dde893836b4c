"""``/v1/admin/people``: administrators let people in and say what they do. Nobody changes their own rights."""

from datetime import datetime
from functools import partial
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import AfterValidator, Field, model_validator

from api.administered import CHANGES, CHANGES_SEEN, READS, READS_ONE, IfMatchVersion, Versioned, changed, made
from api.answers import plain
from api.auth import signing_in
from api.auth.who import CurrentActor
from api.deps import InService, Now
from api.documents import Document, DocumentRoute, Line, never_kept, printable
from api.idempotent import InKeyed, once
from api.paging import AfterRow, Most, page
from api.routes.session import Login, Password
from api.versions import require_match
from api.working import changing, looking
from claims.desk import staff
from claims.desk.desk import Desk
from claims.desk.staff import NewPerson
from claims.repository.idempotency import Answer
from claims.repository.people import OWN_ISSUER, Person
from claims.states import Role

router = APIRouter(
    prefix="/v1/admin", tags=["administration"], route_class=DocumentRoute, dependencies=[Depends(never_kept)]
)

StaffRole = Literal[Role.FRONT_LINE, Role.JUNIOR, Role.SENIOR, Role.EXPERT, Role.AUDITOR, Role.ADMIN]


class PersonIn(Document):
    """Somebody to be let in: with a password that they change later, or as known to the identity provider."""

    login: Login = Field(description="what they sign in with; for people of an identity provider their `sub` there")
    name: Line
    role: StaffRole
    password: Password | None = None
    issuer: Annotated[str, Field(min_length=1, max_length=255), AfterValidator(printable)] | None = Field(
        default=None, description="the identity provider, as its tokens name it"
    )

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if (self.password is None) == (self.issuer is None) or self.issuer == OWN_ISSUER:
            raise ValueError("either a password, or the issuer that keeps it")
        return self


class PersonChange(Document):
    """What is left out stays as it is."""

    role: StaffRole | None = None
    active: bool | None = None


class PasswordReset(Document):
    """A password for somebody else, who changes it."""

    password: Password


class PersonOut(Versioned):
    """One of the staff. `locked_until`: after wrong passwords no other is looked at before then.

    `signed_in_at`: when the password was last the right one; null too for people of an identity provider.
    """

    id: UUID
    login: str
    issuer: str
    name: str
    role: Role
    active: bool
    locked_until: datetime | None
    made_at: datetime
    signed_in_at: datetime | None

    @classmethod
    def of(cls, person: Person) -> Self:
        """Without anything secret."""
        same = {name: getattr(person, name) for name in cls.model_fields if name != "login"}
        return cls(login=person.subject, **same)


@router.get("/people", operation_id="listPeople", responses=READS)
async def list_people(
    actor: CurrentActor, service: InService, at: Now, response: Response, cursor: AfterRow = None, limit: Most = 50
) -> list[PersonOut]:
    """Everybody, the longest known first. `Link` leads to the next page."""
    found = await looking(service.house, actor, at, partial(staff.everyone, after=cursor, limit=limit + 1))
    return [PersonOut.of(one) for one in page(found, limit, response, "/v1/admin/people", lambda last: last.id)]


@router.post("/people", operation_id="addPerson", status_code=201, response_model=PersonOut, responses=CHANGES)
async def add_person(
    request: Request, asked: PersonIn, actor: CurrentActor, service: InService, at: Now, key: InKeyed
) -> Response:
    """Let somebody in. To an `Idempotency-Key` requests that differ in nothing but the password are the same."""
    await changing(service.house, actor, at, staff.require_manager)
    password = None if asked.password is None else asked.password.get_secret_value()
    new = NewPerson(
        subject=asked.login,
        name=asked.name,
        role=asked.role,
        issuer=asked.issuer or OWN_ISSUER,
        password=None if password is None else await signing_in.hashed(password, service.entrance),
    )
    known = key.of(request, asked.model_dump_json(exclude={"password"}).encode())
    given = await once(known, service.house, actor, at, lambda desk: made(PersonOut.of(staff.add(desk, new))))
    return given.response()


@router.get("/people/{person}", operation_id="getPerson", response_model=PersonOut, responses=READS_ONE)
async def get_person(person: UUID, request: Request, actor: CurrentActor, service: InService, at: Now) -> Response:
    """One of them, with the `ETag` that whoever changes them sends."""
    return PersonOut.of(await looking(service.house, actor, at, partial(staff.one, person=person))).read(request)


@router.patch("/people/{person}", operation_id="changePerson", response_model=PersonOut, responses=CHANGES_SEEN)
async def change_person(
    person: UUID,
    asked: PersonChange,
    actor: CurrentActor,
    service: InService,
    at: Now,
    if_match: IfMatchVersion = None,
) -> Response:
    """Another role, or in or out. Whoever is signed in as this person no longer is."""

    def work(desk: Desk) -> Answer:
        require_match(actor, staff.held(desk, person).version, if_match)
        return changed(PersonOut.of(staff.set_rights(desk, person, role=asked.role, active=asked.active)))

    return await plain(service.house, actor, at, work)


@router.post("/people/{person}/password", operation_id="resetPassword", status_code=204, responses=CHANGES_SEEN)
async def reset_password(
    person: UUID,
    asked: PasswordReset,
    actor: CurrentActor,
    service: InService,
    at: Now,
    if_match: IfMatchVersion = None,
) -> None:
    """A password for somebody else, and an end to a lock. Whoever is signed in as this person no longer is."""

    def as_seen(desk: Desk) -> None:
        require_match(actor, staff.held(desk, person).version, if_match)

    def work(desk: Desk) -> None:
        as_seen(desk)
        staff.reset_password(desk, person, hashed)

    await changing(service.house, actor, at, as_seen)
    hashed = await signing_in.hashed(asked.password.get_secret_value(), service.entrance)
    await changing(service.house, actor, at, work)
