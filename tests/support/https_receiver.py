"""Receivers on this computer that are reached over real TLS, with certificates made for one test session."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from claims.outbox import Target

HOST = "hooks.example"
"""A name that no resolver knows."""


@dataclass(frozen=True)
class Authority:
    """Signs certificates; ``trust`` believes only those."""

    folder: Path
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def certificate(self) -> x509.Certificate:
        name = _named("QuickClaim test authority")
        whole = x509.BasicConstraints(ca=True, path_length=0)
        return (
            _certificate(name, name, self.key, timedelta(days=1))
            .add_extension(whole, True)
            .sign(self.key, hashes.SHA256())
        )

    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cadata=self.certificate.public_bytes(serialization.Encoding.PEM).decode())

    def serving(self, host: str = HOST, *, lasts: timedelta = timedelta(days=1)) -> ssl.SSLContext:
        """For a server of that name."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        made = _certificate(_named(host), self.certificate.subject, key, lasts).add_extension(names, critical=False)
        file = self.folder / f"{host}-{lasts.total_seconds():.0f}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + made.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, lasts: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    began = min(now, now + lasts) - timedelta(days=1)
    made = x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=key.public_key())
    return made.serial_number(x509.random_serial_number()).not_valid_before(began).not_valid_after(now + lasts)


@dataclass(frozen=True)
class Request:
    """What a receiver got."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Answers every POST with what ``answers`` says: a status and headers. ``sni``: names asked for."""

    port: int
    got: list[Request] = field(default_factory=list)
    sni: list[str | None] = field(default_factory=list)
    answers: Callable[[Request], tuple[int, dict[str, str]]] = lambda _: (204, {})

    def target(self, **changed: Any) -> Target:
        """Where it is, as if its name led to a public address."""
        given = {"secure": True, "host": HOST, "port": self.port, "path": "/hook", "addresses": ("127.0.0.1",)}
        return Target(**{**given, **changed})


@contextmanager
def receiving(context: ssl.SSLContext | None) -> Iterator[Receiver]:
    """A receiver while the block runs; without TLS where there is no context."""

    class Handler(BaseHTTPRequestHandler):
        receiver: ClassVar[Receiver]

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            request = Request(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            self.receiver.got.append(request)
            status, headers = self.receiver.answers(request)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Whoever called has hung up."""

    with Server(("127.0.0.1", 0), Handler) as server:
        Handler.receiver = Receiver(port=server.server_port)
        if context is not None:
            context.sni_callback = lambda _, name, __: Handler.receiver.sni.append(name)
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield Handler.receiver
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def misbehaving(talk: Callable[[socket.socket], None]) -> Iterator[Receiver]:
    """Accepts connections and does with each what ``talk`` does."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        over = threading.Event()

        def accept() -> None:
            while not over.is_set():
                with suppress(OSError):
                    line, _ = server.accept()
                    threading.Thread(target=_talk, args=(talk, line), daemon=True).start()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield Receiver(port=server.getsockname()[1])
        finally:
            over.set()
            socket.create_connection(server.getsockname()).close()
            thread.join()


def _talk(talk: Callable[[socket.socket], None], line: socket.socket) -> None:
    with suppress(OSError), line:
        talk(line)
