"""The HTTP service. ``create_app`` puts the pieces together; each piece has a file of its own."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager
from importlib.metadata import version

from anyio import to_thread
from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.staticfiles import StaticFiles

from api import errors, openapi
from api.auth.entrance import Entrance, open_entrance
from api.clock import Clock, utc_now
from api.deps import Service
from api.door import Door
from api.engine import open_service
from api.guard import Guard
from api.jobs_here import jobs_done
from api.line import Line, Uploads
from api.pages import customer, desk, desk_case, desk_figures, desk_service, entering
from api.pages.render import WEB
from api.rate_limits import RateLimits
from api.readiness import Readiness, house_checks
from api.reloading import kept_up_to_date
from api.routes import (
    admin,
    admin_apps,
    admin_webhooks,
    assessing,
    auditing,
    claim_materials,
    claim_photos,
    claims,
    complaints,
    dead_letters,
    decisions,
    estimate,
    leaving,
    letting_in,
    ops,
    overrides,
    pages,
    payments,
    proposals,
    reviews,
    service,
    session,
    stats,
)
from api.settings import Settings
from api.stopping import Stopping
from api.stores import Stores, open_stores
from api.telemetry.metrics import Metrics
from api.telemetry.requests import Watched
from claims.desk.figures import business_figures
from claims.desk.house import House
from claims.desk.in_force import up_to_date
from claims.keys import Keys
from claims.observe import Eyes

_ROUTES = (
    *(estimate, claims, claim_photos, claim_materials, assessing, leaving, letting_in, stats),
    *(reviews, decisions, payments, complaints, service, auditing, overrides, proposals),
    *(session, admin, admin_apps, admin_webhooks, dead_letters, ops, pages, customer, entering),
    *(desk, desk_case, desk_figures, desk_service),
)

_SMALL_WAITING = 200
"""Small pictures of photos that may wait: those of a few pages. They take nobody's place who has photos looked at."""

OpenEngine = Callable[[Settings], Eyes]
OpenStores = Callable[[Settings], AbstractContextManager[Stores]]
OpenEntrance = Callable[[Keys], Entrance]


def create_app(
    settings: Settings,
    *,
    open_eyes: OpenEngine = open_service,
    open_stores: OpenStores = open_stores,
    open_entrance: OpenEntrance = open_entrance,
    clock: Clock = utc_now,
) -> FastAPI:
    """The service as an ASGI application.

    The engine and the stores are opened once, when the application starts: a model, table, rule, database or key that
    cannot be trusted stops the start with its coded error. ``/docs`` is not served: it would load scripts from a CDN.
    """
    line = Line(at_once=settings.max_assessments, waiting=settings.max_waiting)
    door = Door(at_once=settings.max_assessments, waiting=settings.max_waiting)
    uploads = Uploads(settings.upload_bytes())
    limits, metrics, stopping = RateLimits.of(settings), Metrics(), Stopping()
    metrics.hold(line, uploads)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        eyes = await to_thread.run_sync(open_eyes, settings)
        with ExitStack() as held:
            stores = held.enter_context(open_stores(settings))
            opened = up_to_date(House.of(stores.books, stores.photos, eyes, stores.keys))
            house = held.enter_context(jobs_done(settings, opened, clock, metrics.assessed))
            app.state.service = Service(
                settings=settings,
                house=house,
                entrance=await to_thread.run_sync(open_entrance, stores.keys),
                clock=clock,
                line=line,
                small=Line(at_once=settings.max_assessments, waiting=_SMALL_WAITING),
                door=door,
                uploads=uploads,
                limits=limits,
                readiness=Readiness(house_checks(house, clock)),
                metrics=metrics,
                stopping=stopping,
            )
            async with kept_up_to_date(app):
                yield

    app = FastAPI(
        title="QuickClaim",
        version=version("quickclaim"),
        description="Photos of a damaged car in; a priced, explained estimate and a decision out.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.language = settings.spoken()
    app.state.phone = settings.phone
    app.state.stopping = stopping
    metrics.report(lambda: business_figures(app.state.service.house.books, clock()))
    app.add_middleware(Guard, settings=settings, limits=limits, stopping=stopping)
    app.add_middleware(Watched, metrics=metrics)
    errors.install(app)
    for routes in _ROUTES:
        app.include_router(routes.router)
    app.include_router(proposals.decisions)
    app.mount("/static", GZipMiddleware(StaticFiles(directory=WEB / "static"), minimum_size=1024))
    app.openapi = lambda: openapi.describe(app)  # type: ignore[method-assign]
    return app
