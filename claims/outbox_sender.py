"""Sends what the outbox holds: to the address that was checked and to no other, signed anew, within a limit of time.

Of the answer only the status counts; nothing else of it is read. Redirects are not followed and no proxy is asked.
Neither address nor body is logged.
"""

import http.client
import logging
import random
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from itertools import groupby
from operator import attrgetter
from threading import Event, Timer
from typing import Final, Self

from claims.jobs.faults import noted
from claims.outbox import SIGNATURE_HEADER, Retries, Target, allowed_target, delivered, signature
from claims.repository import outbox
from claims.repository.book import Books
from claims.repository.outbox import Delivery, Webhook
from model.errors import QuickClaimError, WebhookError

_log = logging.getLogger(__name__)

Check = Callable[[str], Target]
"""URL → where it leads now, checked. Raises ``WebhookError``."""

ATTEMPT_S: Final = 15.0
"""From the connection to the status of the answer."""
_CONNECT_S: Final = 5.0
_MOST_ADDRESSES: Final = 3
_DOWN: Final = frozenset({"webhook.unreachable", "webhook.untrusted", "webhook.too_slow", "webhook.unresolved"})
"""Faults that the next notification to the same receiver would meet as well."""


def resolve(host: str, port: int) -> Sequence[str]:
    """Every address that the name has now. Raises ``OSError``."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


def post(target: Target, body: bytes, headers: Mapping[str, str], *, trust: ssl.SSLContext, within_s: float) -> int:
    """The status of the answer. Raises ``WebhookError``: ``unreachable``, ``untrusted``, ``too_slow``, ``not_http``."""
    until = time.monotonic() + within_s
    with _connection(target) as line, _cut_off(line, until - time.monotonic()) as cut:
        line.settimeout(within_s)
        try:
            status = _asked(target, line, body, headers, trust)
        except (http.client.HTTPException, OSError) as fault:
            raise WebhookError("too_slow" if cut.is_set() else _code(fault), type(fault).__name__) from None
        if cut.is_set():  # to the library, headers that were cut off are all that there were
            raise WebhookError("too_slow", "cut off")
        return status


def _code(fault: Exception) -> str:
    if isinstance(fault, ssl.SSLCertVerificationError):
        return "untrusted"
    if isinstance(fault, TimeoutError):
        return "too_slow"
    return "not_http" if isinstance(fault, http.client.HTTPException) else "unreachable"


def _connection(target: Target) -> socket.socket:
    """To one of the checked addresses: they are numbers, so nothing is resolved."""
    for address in target.addresses[:_MOST_ADDRESSES]:
        with suppress(OSError):
            return socket.create_connection((address, target.port), timeout=_CONNECT_S)
    raise WebhookError("unreachable", "no connection")


@contextmanager
def _cut_off(line: socket.socket, after_s: float) -> Iterator[Event]:
    """Whatever happens on the connection ends after so many seconds, however slowly something comes.

    A second handle of the same connection is what ends it: TLS takes over the first.
    """
    cut, handle = Event(), line.dup()

    def end() -> None:
        cut.set()
        with suppress(OSError):
            handle.shutdown(socket.SHUT_RDWR)

    timer = Timer(after_s, end)
    timer.daemon = True
    timer.start()
    try:
        yield cut
    finally:
        timer.cancel()
        timer.join()
        handle.close()


def _asked(target: Target, line: socket.socket, body: bytes, headers: Mapping[str, str], trust: ssl.SSLContext) -> int:
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.auto_open = 0  # never to an address of its own finding
    connection.sock = trust.wrap_socket(line, server_hostname=target.host) if target.secure else line
    try:
        connection.request("POST", target.path, body, {**headers, "Host": target.authority, "Connection": "close"})
        return connection.getresponse().status
    finally:
        connection.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Sends deliveries that are due; any number of processes may. ``trust``: whose certificates are believed.

    ``lease`` is longer than a batch can take: a sender that died leaves its deliveries to the others afterwards.
    """

    books: Books = field(repr=False)
    check: Check
    trust: ssl.SSLContext = field(repr=False)
    now: Callable[[], datetime]
    retries: Retries = field(default_factory=Retries)
    draw: random.Random = field(default_factory=random.SystemRandom, repr=False)
    attempt_s: float = ATTEMPT_S
    lease: timedelta = timedelta(minutes=10)
    batch: int = 20
    at_once: int = 8

    @classmethod
    def open(cls, books: Books, now: Callable[[], datetime], *, plain_loopback: bool = False) -> Self:
        """To public addresses, with the certificates that the system trusts."""
        check = partial(allowed_target, resolve=resolve, plain_loopback=plain_loopback)
        return cls(books=books, check=check, trust=ssl.create_default_context(), now=now)

    def send_batch(self) -> int:
        """How many of those that are due were attempted. Raises as ``claims.db.writing`` does."""
        batch = sorted(self._taken(), key=_receiver)
        lines = [tuple(line) for _, line in groupby(batch, key=_receiver)]
        with ThreadPoolExecutor(self.at_once, thread_name_prefix="webhook") as threads:
            list(threads.map(self._send, lines))
        return len(batch)

    def _taken(self) -> tuple[Delivery, ...]:
        with self.books.writing() as book:
            return outbox.take(book, at=self.now(), lease=self.lease, limit=self.batch)

    def _send(self, line: Sequence[Delivery]) -> None:
        """Those of one receiver, in order. Where it does not answer, the rest is not tried now."""
        error: str | None = None
        for delivery in line:
            if error not in _DOWN:
                error = self._attempt(delivery)
            try:
                self._noted(delivery, error)
            except QuickClaimError as fault:  # it is sent again when its lease ends; receivers know its id
                noted(_log, fault, "delivery %s could not be noted", str(delivery.id))

    def _attempt(self, delivery: Delivery) -> str | None:
        """The code of what went wrong."""
        try:
            receiver = self._receiver(delivery)
            target, body = self.check(receiver.url), delivery.body.encode()
            headers = _headers(signature(body, receiver.secrets, self.now()))
            status = post(target, body, headers, trust=self.trust, within_s=self.attempt_s)
        except QuickClaimError as fault:
            return fault.code
        except Exception as fault:
            return noted(_log, fault, "delivery %s", str(delivery.id))
        if delivered(status):
            return None
        return "webhook.redirected" if status in _REDIRECTS else "webhook.refused"

    def _receiver(self, delivery: Delivery) -> Webhook:
        with self.books.reading() as book:
            receiver = outbox.webhook(book, delivery.webhook)
        if receiver is None or not receiver.active:
            raise WebhookError("at_rest", "the receiver is not active")
        return receiver

    def _noted(self, delivery: Delivery, error: str | None) -> None:
        at = self.now()
        with self.books.writing() as book:
            if error is None:
                outbox.sent(book, delivery, at=at)
                return
            again = self.retries.next_attempt(delivery.attempts, at, self.draw)
            outbox.failed(book, delivery, error, at=at, again=again)
        told = "is a dead letter" if again is None else "is tried again"
        _log.warning(f"delivery %s to webhook %s {told}: %s", str(delivery.id), str(delivery.webhook), error)


_receiver = attrgetter("webhook")
_REDIRECTS = range(HTTPStatus.MULTIPLE_CHOICES, HTTPStatus.BAD_REQUEST)


def _headers(signed: str) -> dict[str, str]:
    return {"Content-Type": "application/json", "User-Agent": "QuickClaim", SIGNATURE_HEADER: signed}
