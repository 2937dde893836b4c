"""A server of its own process that speaks S3, on a port of this computer; what it keeps is gone with it."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection

from pydantic import SecretStr

from api.settings import Settings

BUCKET = "claims-photos"
_STARTS_S = 30


@dataclass
class S3Server:
    """Can be stopped and started again, empty, at the same address."""

    port: int
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def settings(self, photos: str = f"s3://{BUCKET}") -> dict[str, object]:
        """What an installation says to keep its photos here."""
        keys = {"s3_key_id": SecretStr("tester"), "s3_secret": SecretStr("secret")}
        return {"photos": photos, "s3_endpoint": self.endpoint, "s3_region": "us-east-1", **keys}

    def start(self) -> None:
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + _STARTS_S
        while not self._answers():
            assert time.monotonic() < until
            assert self.process.poll() is None
            time.sleep(0.05)
        self._ask("PUT", f"/{BUCKET}")

    def remove_bucket(self) -> None:
        """With all that is in it."""
        self._ask("POST", "/moto-api/reset")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def _ask(self, method: str, path: str) -> None:
        connection = HTTPConnection("127.0.0.1", self.port)
        connection.request(method, path)
        assert connection.getresponse().status == 200
        connection.close()

    def _answers(self) -> bool:
        with socket.socket() as line:
            return line.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """One with an empty bucket while the block runs."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        server = S3Server(free.getsockname()[1])
    try:
        server.start()
        yield server
    finally:
        server.stop()


def bucket_settings(server: S3Server, photos: str = f"s3://{BUCKET}") -> Settings:
    """Settings that name a bucket of the server and nothing else."""
    return Settings.model_validate(server.settings(photos))
