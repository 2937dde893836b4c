"""Rules that two people have agreed on reach every serving process, wherever they were approved, within seconds."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Final

import anyio
from anyio.lowlevel import RunVar
from fastapi import FastAPI

from api.telemetry.faults import told
from api.working import in_turn
from claims.desk.house import House
from claims.desk.in_force import up_to_date
from claims.repository import proposals

_log = logging.getLogger(__name__)

EVERY_S: Final = 5.0
_reloading: RunVar[anyio.Lock] = RunVar("api.reloading.turn")
Approved = tuple[int, datetime | None]


async def reload(app: FastAPI) -> None:
    """Requests that come from now on are answered by what is in force; those under way end with what they began."""
    async with _turn():
        service = app.state.service
        house = await in_turn(lambda: up_to_date(service.house))
        app.state.service = replace(service, house=house)


@asynccontextmanager
async def kept_up_to_date(app: FastAPI, every_s: float = EVERY_S) -> AsyncIterator[None]:
    """While the block runs; whether anything was approved is one short look at the database."""
    async with anyio.create_task_group() as together:
        together.start_soon(_look_again_and_again, app, every_s)
        try:
            yield
        finally:
            together.cancel_scope.cancel()


async def _look_again_and_again(app: FastAPI, every_s: float) -> None:
    """A fault, of the database or of what was approved, is logged: what is in force here stays until the next look."""
    known: Approved | None = None
    while True:
        try:
            found = await in_turn(lambda: _approved(app.state.service.house))
            if found != known:
                await reload(app)
            known = found
        except Exception as fault:
            _log.error("rules that were approved could not be read", extra=told(fault))
        await anyio.sleep(every_s)


def _approved(house: House) -> Approved:
    with house.books.reading() as book:
        return proposals.last_approved(book)


def _turn() -> anyio.Lock:
    """One for each event loop."""
    try:
        return _reloading.get()
    except LookupError:
        _reloading.set(made := anyio.Lock())
        return made
