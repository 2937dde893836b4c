"""Photos from folders, buckets and the service's own store: read whole, told apart, and why one cannot be had."""

import os
import pickle
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import obstore
import pytest
from obstore.store import S3Store
from s3_server import BUCKET, S3Server, s3_server

from claims import key_file
from claims.keys import Keys
from claims.photo_store import LocalPhotoStore, PhotoStore
from claims.rescore.manifest import read_rows
from claims.rescore.manifest_write import write_csv, write_parquet
from claims.rescore.photo_files import LocalAndS3, PhotoFiles, PhotoGone
from claims.rescore.photo_files_kept import KeptPhotos, LocalStore
from claims.rescore.photo_files_s3 import S3Access
from claims.secrecy import Sealer
from inference.images import IntakeLimits
from model.errors import RescoreError, SecrecyError
from model.texts import Texts

AT = datetime(2026, 11, 22, tzinfo=UTC)
SMALL = IntakeLimits(max_bytes=2000)


def gone(act: Callable[[str], object], uri: str) -> str:
    with pytest.raises(PhotoGone) as refused:
        act(uri)
    fault = refused.value
    assert uri not in f"{fault} {fault.facts}" or not uri
    for language in ("en", "zh"):
        assert Texts.load(language).say(fault.note)
    return fault.code.removeprefix("rescore.photo_")


def both(files: PhotoFiles, uri: str) -> str:
    stamped, read = gone(files.stamp, uri), gone(files.read, uri)
    assert stamped == read
    return read


# --- a folder -------------------------------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> LocalAndS3:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "照片 1.jpg").write_bytes(b"one")
    return LocalAndS3.beside(str(tmp_path / "m.csv"))


def test_paths_begin_at_the_manifest(files: LocalAndS3, tmp_path: Path) -> None:
    assert files.read("in/照片 1.jpg") == b"one"
    assert files.read("./in/../in/照片 1.jpg") == b"one"
    assert files.read(str(tmp_path / "in" / "照片 1.jpg")) == b"one"


def test_they_begin_there_wherever_somebody_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.jpg").write_bytes(b"one")
    monkeypatch.chdir(tmp_path)
    files = LocalAndS3.beside("m.csv")
    monkeypatch.chdir("/")
    assert files.read("a.jpg") == b"one"


def test_a_stamp_changes_with_the_file_alone(files: LocalAndS3, tmp_path: Path) -> None:
    path = tmp_path / "in" / "照片 1.jpg"
    before = files.stamp("in/照片 1.jpg")
    assert files.stamp(str(path)) == before
    path.write_bytes(b"two")
    os.utime(path, ns=(1, 1_700_000_000_000_000_001))
    other = files.stamp(str(path))
    assert other != before
    os.utime(path, ns=(1, 1_700_000_000_000_000_002))
    assert files.stamp(str(path)) != other
    path.write_bytes(b"three")
    os.utime(path, ns=(1, 1_700_000_000_000_000_001))
    assert files.stamp(str(path)) != other


def test_what_is_no_photo_file_is_told(files: LocalAndS3, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert both(files, "none.jpg") == "missing"
    assert both(files, "in/照片 1.jpg/x.jpg") == "missing"
    assert both(files, "in") == "not_a_file"
    assert both(files, "pipe") == "not_a_file"
    assert both(files, "/dev/zero") == "not_a_file"
    assert both(files, "loop") == "unreadable"
    assert both(files, "x" * 300) == "unreadable"
    assert both(files, "nul\0.jpg") == "unreadable"
    assert both(files, "ftp://host/a.jpg") == "no_address"
    assert both(files, "s3://bucket") == "no_address"


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    files = LocalAndS3(str(tmp_path), limits=SMALL)
    (tmp_path / "fits.jpg").write_bytes(b"x" * 2000)
    (tmp_path / "large.jpg").write_bytes(b"x" * 2001)
    (tmp_path / "empty.jpg").write_bytes(b"")
    assert len(files.read("fits.jpg")) == 2000
    assert files.read("empty.jpg") == b""
    assert both(files, "large.jpg") == "too_large"


def test_it_travels_without_showing_secrets() -> None:
    files = LocalAndS3("/沪A12345", S3Access(key_id="kkk", secret="sss", endpoint="http://localhost"))  # noqa: S106
    assert pickle.loads(pickle.dumps(files)) == files  # noqa: S301
    assert not [word for word in ("kkk", "sss", "12345") if word in repr(files)]


# --- a bucket -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with s3_server() as running:
        yield running


@pytest.fixture(autouse=True)
def no_other_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever this computer knows of AWS is no part of a test."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def access(server: S3Server) -> S3Access:
    return S3Access(endpoint=server.endpoint, region="us-east-1", key_id="tester", secret="secret")  # noqa: S106


@pytest.fixture
def bucket(server: S3Server) -> S3Store:
    return S3Store(
        BUCKET,
        config={
            "endpoint": server.endpoint,
            "region": "us-east-1",
            "access_key_id": "tester",
            "secret_access_key": "secret",
        },
        client_options={"allow_http": True},
    )


def test_photos_of_a_bucket(access: S3Access, bucket: S3Store) -> None:
    obstore.put(bucket, "claims/2025/照片 1.jpg", b"one")
    files = LocalAndS3.beside(f"s3://{BUCKET}/claims/m.csv", access)
    assert files.read(f"s3://{BUCKET}/claims/2025/照片 1.jpg") == b"one"
    assert files.read("2025/照片 1.jpg") == files.read("./x/../2025//照片 1.jpg") == b"one"
    before = files.stamp("2025/照片 1.jpg")
    obstore.put(bucket, "claims/2025/照片 1.jpg", b"two")
    assert files.stamp("2025/照片 1.jpg") != before
    obstore.put(bucket, "claims/2025/照片 1.jpg", b"one")
    assert files.stamp("2025/照片 1.jpg") == before
    assert both(files, "2025/none.jpg") == "missing"
    assert both(files, "s3://no-such-bucket/a.jpg") == "missing"


def test_an_object_that_is_too_large_is_not_read(access: S3Access, bucket: S3Store) -> None:
    obstore.put(bucket, "large.jpg", b"x" * 2001)
    assert both(LocalAndS3(f"s3://{BUCKET}", access, SMALL), "large.jpg") == "too_large"


@pytest.mark.parametrize("end", ["csv", "parquet"])
def test_a_manifest_of_a_bucket(access: S3Access, bucket: S3Store, tmp_path: Path, end: str) -> None:
    path, columns = tmp_path / f"m.{end}", ["case_id", "photos"]
    write = write_csv if end == "csv" else write_parquet
    write(path, ({"case_id": f"QC-{number}", "photos": ["a.jpg"]} for number in range(3000)), columns)
    obstore.put(bucket, f"claims/m.{end}", path.read_bytes())
    given = {"on": date(2026, 1, 1), "region": "CN"}
    assert list(read_rows(f"s3://{BUCKET}/claims/m.{end}", s3=access, **given)) == list(read_rows(str(path), **given))  # type: ignore[arg-type]


def test_a_manifest_that_no_bucket_has(access: S3Access) -> None:
    for address, code in ((f"s3://{BUCKET}/none.csv", "no_manifest"), ("s3://none.csv", "unreadable")):
        with pytest.raises(RescoreError) as refused:
            list(read_rows(address, on=date(2026, 1, 1), region="CN", s3=access))
        assert refused.value.code == f"rescore.{code}"


class _Failing(BaseHTTPRequestHandler):
    """Answers with the status that the key begins with, and says what no message may repeat. 0: too late."""

    asked: list[str]
    late: threading.Event

    def do_GET(self) -> None:
        self.server.asked.append(self.command)  # type: ignore[attr-defined]
        status = int(self.path.rsplit("/", 1)[1].partition(".")[0])
        if status == 0:
            self.server.late.wait(5)  # type: ignore[attr-defined]
            self.close_connection = True
            return
        body = b"<Error><Message>AKIA-SECRET</Message></Error>"
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 - as http.server names it

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def failing() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Failing)
    server.asked, server.late = [], threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.late.set()  # type: ignore[attr-defined]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "code", "times"),
    [
        (404, "missing", 1),
        (403, "forbidden", 1),
        (401, "forbidden", 1),
        (400, "unreachable", 1),
        (500, "unreachable", 3),
        (503, "unreachable", 3),
        (0, "unreachable", 3),
    ],
)
def test_a_bucket_that_fails_is_asked_three_times_at_most(
    failing: ThreadingHTTPServer, status: int, code: str, times: int
) -> None:
    access = S3Access(
        endpoint=f"http://127.0.0.1:{failing.server_port}",
        region="us-east-1",
        key_id="k",
        secret="s",  # noqa: S106
        timeout_s=0.3,
    )
    files = LocalAndS3(f"s3://{BUCKET}", access)
    assert both(files, f"{status}.jpg") == code
    assert failing.asked == ["HEAD"] * times + ["GET"] * times  # type: ignore[attr-defined]
    with pytest.raises(PhotoGone) as refused:
        files.read(f"{status}.jpg")
    assert "AKIA" not in f"{refused.value!r} {refused.value.facts} {refused.value.__cause__}"


def test_a_manifest_behind_a_bucket_that_fails(failing: ThreadingHTTPServer) -> None:
    access = S3Access(endpoint=f"http://127.0.0.1:{failing.server_port}", region="us-east-1", key_id="k", secret="s")  # noqa: S106
    with pytest.raises(RescoreError) as refused:
        list(read_rows(f"s3://{BUCKET}/403.csv", on=date(2026, 1, 1), region="CN", s3=access))
    assert (refused.value.code, "AKIA" in str(refused.value)) == ("rescore.unreadable", False)


# --- the service's own store ----------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir(mode=0o700)
    key_file.read_or_create(tmp_path / "home")
    return tmp_path / "home"


def kept(home: Path) -> KeptPhotos:
    return KeptPhotos(LocalStore(home / "photos", home / key_file.NAME))


def store_of(home: Path) -> PhotoStore:
    return LocalStore(home / "photos", home / key_file.NAME)()


def test_stored_photos_are_opened_where_they_are_needed(home: Path) -> None:
    digest = store_of(home).put(b"photo", at=AT)
    files = pickle.loads(pickle.dumps(kept(home)))  # noqa: S301
    assert (files.stamp(digest), files.read(digest)) == (digest, b"photo")
    assert digest == sha256(b"photo").hexdigest()
    assert "keys" not in repr(files)
    assert Keys.read((home / key_file.NAME).read_text()).text().encode() not in pickle.dumps(files)


def test_stored_photos_that_cannot_be_had(home: Path) -> None:
    store, files = store_of(home), kept(home)
    one, two = (store.put(content, at=AT) for content in (b"one", b"two"))
    place = home / "photos" / one[:2] / one[2:4] / one
    sealed = place.read_bytes()
    place.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    assert gone(files.read, one) == "altered"
    assert both(files, "ab" * 32) == "missing"
    assert both(files, "../../etc/passwd") == "no_address"
    other = LocalPhotoStore(home / "photos", Sealer(Keys.new().seal))
    digest = other.put(b"another ring", at=AT)
    assert gone(files.read, digest) == "sealed"
    assert files.read(two) == b"two"


def test_without_keys_nothing_begins(home: Path) -> None:
    (home / key_file.NAME).unlink()
    with pytest.raises(SecrecyError, match="key_file_missing"):
        kept(home).read("ab" * 32)
