"""The server process: how it listens to signals, and how it ends without cutting anybody off."""

import gc
import signal
import time
from socket import socket
from types import FrameType
from typing import Self

import uvicorn
from starlette.types import ASGIApp

from api.settings import Settings
from api.stopping import Stopping


class DrainingServer(uvicorn.Server):
    """On SIGTERM it goes on listening for ``drain_s`` seconds, not ready, so that a balancer looks elsewhere first.

    Then nobody is let in any more, and running requests have the graceful time. Ctrl-C, or a second SIGTERM, begins
    with that.
    """

    def __init__(self, config: uvicorn.Config, stopping: Stopping, *, drain_s: float) -> None:
        super().__init__(config)
        self._stopping = stopping
        self._drain_s = drain_s
        self._leave_at: float | None = None

    @classmethod
    def of(cls, application: ASGIApp, settings: Settings, stopping: Stopping) -> Self:
        """For one application. Its log goes the way of all others; who is behind a proxy is found out by the guard."""
        config = uvicorn.Config(
            application,
            server_header=False,
            access_log=False,
            log_config=None,
            proxy_headers=False,
            timeout_graceful_shutdown=settings.shutdown_s,
        )
        return cls(config, stopping, drain_s=settings.drain_s)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal came."""
        first = not self._stopping.begun
        self._stopping.begin()
        if first and sig == signal.SIGTERM and self.started:
            self._leave_at = time.monotonic() + self._drain_s
        else:
            super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """What is there when it begins stays to the end: the collector need not look through it again and again."""
        await super().startup(sockets)
        gc.collect()
        gc.freeze()

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: whether it is time to leave."""
        if self._leave_at is not None and time.monotonic() >= self._leave_at:
            self.should_exit = True
        return await super().on_tick(counter)
