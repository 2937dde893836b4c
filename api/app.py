"""The HTTP service. ``create_app`` puts the pieces together; each piece has a file of its own."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version

from anyio import to_thread
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from api import errors, openapi
from api.deps import Service
from api.engine import open_service
from api.guard import Guard
from api.line import Line, Uploads
from api.readiness import Readiness
from api.routes import estimate, ops, pages
from api.settings import Settings
from claims.observe import Eyes

OpenEngine = Callable[[Settings], Eyes]


def create_app(settings: Settings, *, open_eyes: OpenEngine = open_service) -> FastAPI:
    """The service as an ASGI application.

    The engine is opened once, when the application starts: a model, table or rule that cannot be trusted stops the
    start with the coded error of ``open_service``. ``/docs`` is not served, because it would load scripts from a CDN.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.service = Service(
            settings=settings,
            eyes=await to_thread.run_sync(open_eyes, settings),
            line=Line(at_once=settings.max_assessments, waiting=settings.max_waiting),
            uploads=Uploads(settings.upload_bytes()),
            readiness=Readiness(),
        )
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
    app.add_middleware(Guard, hosts=settings.hosts)
    errors.install(app)
    for routes in (estimate.router, ops.router, pages.router):
        app.include_router(routes)
    app.mount("/static", StaticFiles(directory=pages.WEB / "static"))
    app.openapi = lambda: openapi.describe(app)  # type: ignore[method-assign]
    return app
