"""``/v1/admin/apps``: insurers' apps and their keys. A key stands in the one answer that made it, and nowhere else."""

from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from api.administered import CHANGES, CHANGES_SEEN, READS, READS_ONE, IfMatchVersion, Versioned, changed, made
from api.answers import plain
from api.auth.who import CurrentActor
from api.deps import InService, Now
from api.documents import Document, DocumentRoute, Line, never_kept
from api.idempotent import InOnce, once
from api.paging import AfterRow, Most, page
from api.versions import require_match
from api.working import changing, looking
from claims.desk import app_access
from claims.desk.app_access import FreshKey
from claims.desk.desk import Desk
from claims.repository.apps import App, AppKey
from claims.repository.idempotency import Answer

router = APIRouter(
    prefix="/v1/admin", tags=["administration"], route_class=DocumentRoute, dependencies=[Depends(never_kept)]
)


class AppIn(Document):
    """An app. `states_cover`: what it says about cover and money counts."""

    name: Line
    states_cover: bool = False


class Activity(Document):
    """In use, or not any more."""

    active: bool


class AppOut(AppIn, Versioned):
    """An app as it is stored."""

    id: UUID
    active: bool
    made_at: datetime

    @classmethod
    def of(cls, app: App) -> Self:
        """All of it."""
        return cls.model_validate(app, from_attributes=True)


class KeyIn(Document):
    """How long the key opens anything; for ever where nothing is said."""

    days: Annotated[int, Field(ge=1, le=3650)] | None = None


class KeyOut(Document):
    """A key by its prefix, `qc_<prefix>_…`. `used_at` is a quarter of an hour old at the most; null: never."""

    id: UUID
    prefix: str
    made_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None

    @classmethod
    def of(cls, key: AppKey) -> Self:
        """Without the digest."""
        return cls(**{name: getattr(key, name) for name in KeyOut.model_fields})


class FreshKeyOut(KeyOut):
    """A key just made, for the header `Authorization: Bearer qc_…`. It is not shown again."""

    key: str = Field(repr=False)

    @classmethod
    def made(cls, fresh: FreshKey) -> Self:
        """With the secret."""
        return cls(key=fresh.text, **KeyOut.of(fresh.key).model_dump())


@router.get("/apps", operation_id="listApps", responses=READS)
async def list_apps(
    actor: CurrentActor, service: InService, at: Now, response: Response, cursor: AfterRow = None, limit: Most = 50
) -> list[AppOut]:
    """Every app, by name. `Link` leads to the next page."""
    found = await looking(service.house, actor, at, partial(app_access.everyone, after=cursor, limit=limit + 1))
    return [AppOut.of(one) for one in page(found, limit, response, "/v1/admin/apps", lambda last: last.id)]


@router.post("/apps", operation_id="addApp", status_code=201, response_model=AppOut, responses=CHANGES)
async def add_app(asked: AppIn, actor: CurrentActor, service: InService, at: Now, key: InOnce) -> Response:
    """One more app, without a key yet."""

    def work(desk: Desk) -> Answer:
        return made(AppOut.of(app_access.add(desk, asked.name, states_cover=asked.states_cover)))

    return (await once(key, service.house, actor, at, work)).response()


@router.get("/apps/{app}", operation_id="getApp", response_model=AppOut, responses=READS_ONE)
async def get_app(app: UUID, request: Request, actor: CurrentActor, service: InService, at: Now) -> Response:
    """One of them, with the `ETag` that whoever changes it sends."""
    return AppOut.of(await looking(service.house, actor, at, partial(app_access.managed, app=app))).read(request)


@router.patch("/apps/{app}", operation_id="changeApp", response_model=AppOut, responses=CHANGES_SEEN)
async def change_app(
    app: UUID, asked: Activity, actor: CurrentActor, service: InService, at: Now, if_match: IfMatchVersion = None
) -> Response:
    """Let an app in, or not any more: its keys open nothing while it is shut out."""

    def work(desk: Desk) -> Answer:
        require_match(actor, app_access.held(desk, app).version, if_match)
        return changed(AppOut.of(app_access.set_active(desk, app, active=asked.active)))

    return await plain(service.house, actor, at, work)


@router.get("/apps/{app}/keys", operation_id="listKeys", responses=READS)
async def list_keys(
    app: UUID,
    actor: CurrentActor,
    service: InService,
    at: Now,
    response: Response,
    cursor: AfterRow = None,
    limit: Most = 50,
) -> list[KeyOut]:
    """Keys of an app by prefix, in force or not, the oldest first. `Link` leads to the next page."""
    look = partial(app_access.keys_of, app=app, after=cursor, limit=limit + 1)
    found = await looking(service.house, actor, at, look)
    return [KeyOut.of(one) for one in page(found, limit, response, f"/v1/admin/apps/{app}/keys", lambda last: last.id)]


@router.post("/apps/{app}/keys", operation_id="addKey", status_code=201, response_model=FreshKeyOut, responses=CHANGES)
async def add_key(app: UUID, asked: KeyIn, actor: CurrentActor, service: InService, at: Now, key: InOnce) -> Response:
    """One more key, beside those there are. With an `Idempotency-Key` this answer is kept, sealed, as long as that."""
    valid_for = None if asked.days is None else timedelta(days=asked.days)

    def work(desk: Desk) -> Answer:
        return made(FreshKeyOut.made(app_access.add_key(desk, app, valid_for=valid_for)))

    return (await once(key, service.house, actor, at, work)).response()


@router.delete("/apps/{app}/keys/{key}", operation_id="revokeKey", status_code=204, responses=CHANGES)
async def revoke_key(app: UUID, key: UUID, actor: CurrentActor, service: InService, at: Now) -> None:
    """From now on the key opens nothing."""
    await changing(service.house, actor, at, partial(app_access.revoke_key, app=app, key=key))
