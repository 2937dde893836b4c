"""``/v1/admin/people``: administrators let people in and say what they do. Nobody changes their own rights."""

from datetime import datetime
from functools import partial
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import AfterValidator, Field, model_validator

from api.auth import signing_in
from api.auth.who import CurrentActor
from api.deps import InService, Now
from api.documents import Document, DocumentRoute, Line, never_kept, printable
from api.idempotent import InKeyed, once
from api.openapi import problems
from api.paging import AfterRow, Most, page
from api.routes.session import Login, Password
from api.working import changing, looking
from claims.desk import staff
from claims.desk.staff import NewPerson
from claims.repository.idempotency import Answer
from claims.repository.people import OWN_ISSUER, Person
from claims.states import Role

router = APIRouter(
    prefix="/v1/admin", tags=["administration"], route_class=DocumentRoute, dependencies=[Depends(never_kept)]
)

READS = problems(400, 401, 403, 404, 408, 413, 421, 422, 429, 500, 503)
CHANGES = problems(400, 401, 403, 404, 408, 409, 413, 421, 422, 429, 500, 503)

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


class PersonOut(Document):
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


def made(document: Document) -> Answer:
    """What is answered, and kept for a request that is sent again."""
    return Answer(status=201, headers={}, body=document.model_dump_json())


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


@router.patch("/people/{person}", operation_id="changePerson", responses=CHANGES)
async def change_person(
    person: UUID, asked: PersonChange, actor: CurrentActor, service: InService, at: Now
) -> PersonOut:
    """Another role, or in or out. Whoever is signed in as this person no longer is."""
    change = partial(staff.set_rights, person=person, role=asked.role, active=asked.active)
    return PersonOut.of(await changing(service.house, actor, at, change))


@router.post("/people/{person}/password", operation_id="resetPassword", status_code=204, responses=CHANGES)
async def reset_password(person: UUID, asked: PasswordReset, actor: CurrentActor, service: InService, at: Now) -> None:
    """A password for somebody else, and an end to a lock. Whoever is signed in as this person no longer is."""
    await changing(service.house, actor, at, partial(staff.require_manager, person=person))
    hashed = await signing_in.hashed(asked.password.get_secret_value(), service.entrance)
    await changing(service.house, actor, at, partial(staff.reset_password, person=person, hashed=hashed))
