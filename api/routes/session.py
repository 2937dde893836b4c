"""``/v1/session``: people of the insurer's staff sign in with a password, go on, and sign out."""

from datetime import datetime
from functools import partial
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from api.auth import signing_in
from api.auth.recognise import of_person
from api.auth.signing_in import Session
from api.auth.who import CurrentPerson, SignedInAt
from api.deps import InService, Now
from api.documents import Document, DocumentRoute, never_kept, printable
from api.openapi import problems
from api.visit import visit_of
from api.working import changing
from claims.desk import sign_in
from claims.repository.people import OWN_ISSUER, Person
from claims.states import Role
from model.errors import RightsError

router = APIRouter(
    prefix="/v1/session", tags=["session"], route_class=DocumentRoute, dependencies=[Depends(never_kept)]
)

_ANY = (400, 408, 413, 421, 422, 429, 500, 503)
"""What every route here may answer."""

Login = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255), AfterValidator(printable)
]
Password = Annotated[SecretStr, Field(min_length=1, max_length=1024)]
"""As typed; how long a new one has to be is told by ``rights.password_too_short``."""


class Credentials(Document):
    """A login and its password. `new`: the password from now on; needed once where an administrator chose it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"login": "li.na", "password": "four words of my own"}]})

    login: Login
    password: Password
    new: Password | None = None

    @property
    def chosen(self) -> str | None:
        """The new password as it was typed."""
        return None if self.new is None else self.new.get_secret_value()


class PasswordChange(Document):
    """The password so far, and the one from now on."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"old": "four words of my own", "new": "four other words"}]}
    )

    old: Password
    new: Password


class SessionOut(BaseModel):
    """A token for the header `Authorization: Bearer …`. It is not shown again."""

    model_config = ConfigDict(frozen=True)

    token: str = Field(repr=False)
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - what kind it is
    expires_at: datetime
    person: UUID
    role: Role

    @classmethod
    def of(cls, session: Session) -> Self:
        """What is shown of a sign-in."""
        return cls(token=session.token, expires_at=session.expires_at, person=session.person, role=session.role)


@router.post("", operation_id="signIn", status_code=201, responses=problems(*_ANY, 401, 403))
async def sign_in_with(request: Request, credentials: Credentials, service: InService, at: Now) -> SessionOut:
    """Sign in. A wrong login and a wrong password get the same answer after the same time.

    After a few wrong passwords in a row the account waits, each time longer: `rights.locked` with `Retry-After`. A
    password that an administrator chose lets nobody in (`rights.password_due`) until it is sent with a `new` one.
    """
    service.limits.login(visit_of(request.scope))
    password = credentials.password.get_secret_value()
    new = credentials.chosen
    signed = await signing_in.sign_in_with(credentials.login, password, service.house, service.entrance, at, new=new)
    return SessionOut.of(signed)


@router.post("/renew", operation_id="renewSession", status_code=201, responses=problems(*_ANY, 401, 403, 409))
async def renew(person: CurrentPerson, signed_in: SignedInAt, service: InService, at: Now) -> SessionOut:
    """A fresh token before this one runs out, until twelve hours after the password. The old one is good until then."""
    _require_own(person)
    return SessionOut.of(signing_in.session_of(person, service.entrance, at, signed_in))


@router.delete("", operation_id="signOut", status_code=204, responses=problems(*_ANY, 401, 403, 409))
async def sign_out(person: CurrentPerson, service: InService, at: Now) -> None:
    """Sign out everywhere: every token of this person has ended."""
    _require_own(person)
    await changing(service.house, of_person(person), at, partial(sign_in.leave, person=person.id))


@router.post("/password", operation_id="changePassword", status_code=201, responses=problems(*_ANY, 401, 403, 409))
async def change_password(change: PasswordChange, person: CurrentPerson, service: InService, at: Now) -> SessionOut:
    """Another password of one's own. Every other sign-in of this person ends; this one goes on with the new token."""
    old, new = change.old.get_secret_value(), change.new.get_secret_value()
    signed = await signing_in.change_password(person.id, old, new, service.house, service.entrance, at)
    return SessionOut.of(signed)


def _require_own(person: Person) -> None:
    """Whoever came from an identity provider signs out, and stays signed in, over there."""
    if person.issuer != OWN_ISSUER:
        raise RightsError("signed_in_elsewhere")
