"""Photos in a bucket of a server that speaks S3: what is kept, what is refused, and what is told when it is gone."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from s3_server import BUCKET, S3Server, bucket_settings, s3_server

from api.buckets import ObjectBucket, open_bucket
from api.stores import open_stores
from claims.keys import Keys
from claims.photo_bucket import BucketPhotoStore
from claims.secrecy import Sealer
from model.errors import SettingsError, StorageError

SEALER = Sealer(Keys.new().seal)
CONTENT = b"\xff\xd8 a photo of a car " * 5000
LARGE = os.urandom(11 * 1024 * 1024)
NAME = sha256(CONTENT).hexdigest()
PATH = f"{NAME[:2]}/{NAME[2:4]}/{NAME}"


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
def bucket(server: S3Server, request: pytest.FixtureRequest) -> ObjectBucket:
    """A prefix of the shared bucket for this test alone."""
    return open_bucket(bucket_settings(server, f"s3://{BUCKET}/{request.node.name.partition('[')[0]}/deep"))


@pytest.fixture
def store(bucket: ObjectBucket) -> BucketPhotoStore:
    return BucketPhotoStore(bucket, SEALER)


def code(refused: pytest.ExceptionInfo[StorageError] | pytest.ExceptionInfo[SettingsError]) -> str:
    return refused.value.code


@pytest.mark.parametrize("content", [CONTENT, b"", LARGE], ids=["photo", "empty", "in parts"])
def test_what_was_put_comes_back_and_is_sealed_there(
    store: BucketPhotoStore, bucket: ObjectBucket, content: bytes
) -> None:
    now = datetime.now(UTC)
    name = store.put(content, at=now)
    assert store.exists(name)
    assert store.open(name) == content
    assert store.put(content, at=now) == name
    kept = bucket.get(f"{name[:2]}/{name[2:4]}/{name}")
    assert kept != content
    assert content[:20] not in kept or not content


def test_what_is_not_there_is_told(store: BucketPhotoStore) -> None:
    assert not store.exists(NAME)
    with pytest.raises(StorageError) as refused:
        store.open(NAME)
    assert code(refused) == "storage.photo_missing"


def test_an_altered_object_is_seen_and_the_next_put_mends_it(store: BucketPhotoStore, bucket: ObjectBucket) -> None:
    store.put(CONTENT, at=datetime.now(UTC))
    sealed = bytearray(bucket.get(PATH))
    sealed[-1] ^= 1
    bucket.put(PATH, bytes(sealed))
    with pytest.raises(StorageError) as refused:
        store.open(NAME)
    assert code(refused) == "storage.photo_altered"
    store.put(CONTENT, at=datetime.now(UTC))
    assert store.open(NAME) == CONTENT


def test_one_object_under_the_name_of_another_is_refused(store: BucketPhotoStore, bucket: ObjectBucket) -> None:
    other = store.put(b"another", at=datetime.now(UTC))
    store.put(CONTENT, at=datetime.now(UTC))
    bucket.put(f"{other[:2]}/{other[2:4]}/{other}", bucket.get(PATH))
    with pytest.raises(StorageError) as refused:
        store.open(other)
    assert code(refused) == "storage.photo_altered"


def test_what_no_row_names_goes_after_a_day_and_nothing_else(store: BucketPhotoStore, bucket: ObjectBucket) -> None:
    now = datetime.now(UTC)
    store.put(CONTENT, at=now)
    kept = store.put(b"named by a row", at=now)
    for strange in ("notes.txt", f"elsewhere/{NAME}"):
        bucket.put(strange, b"of somebody else")
    next_day = now + timedelta(days=1, minutes=5)
    assert store.sweep(lambda _: False, at=now + timedelta(hours=23)) == 0
    assert store.sweep(lambda name: name == kept, at=next_day) == 1
    assert (store.exists(NAME), store.exists(kept)) == (False, True)
    assert sorted(path.partition("/")[0] for path, _ in bucket.listed()) == sorted([kept[:2], "elsewhere", "notes.txt"])


def test_a_prefix_sees_nothing_of_another(server: S3Server, store: BucketPhotoStore) -> None:
    store.put(CONTENT, at=datetime.now(UTC))
    beside = BucketPhotoStore(open_bucket(bucket_settings(server, f"s3://{BUCKET}/beside")), SEALER)
    assert not beside.exists(NAME)
    assert beside.sweep(lambda _: False, at=datetime.now(UTC) + timedelta(days=2)) == 0
    assert store.exists(NAME)


def test_a_bucket_that_is_not_there_stops_the_start(server: S3Server, tmp_path: Path) -> None:
    settings = bucket_settings(server, "s3://no-such-bucket").model_copy(update={"home": tmp_path})
    with pytest.raises(SettingsError) as refused, open_stores(settings):
        pass
    assert code(refused) == "settings.no_bucket"
    assert "secret" not in str(refused.value)


def test_plain_http_is_not_spoken_on_the_word_of_aws_variables(
    server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The settings alone may allow it, because they are checked in production."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.endpoint)
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    with pytest.raises(SettingsError) as refused:
        open_bucket(bucket_settings(server).model_copy(update={"s3_endpoint": None}))
    assert code(refused) == "settings.no_bucket"


def test_keys_may_come_from_the_usual_variables(server: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "tester")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    left_open = {"s3_key_id": None, "s3_secret": None, "s3_region": None}
    assert open_bucket(bucket_settings(server).model_copy(update=left_open)).exists("nothing") is False


def test_the_bucket_and_then_the_server_gone_while_it_is_used() -> None:
    with s3_server() as server:
        store = BucketPhotoStore(open_bucket(bucket_settings(server)), SEALER)
        store.put(CONTENT, at=datetime.now(UTC))
        server.remove_bucket()
        expect_unavailable(store)
        server.stop()
        expect_unavailable(store)
        server.start()
        assert store.open(store.put(CONTENT, at=datetime.now(UTC))) == CONTENT


def expect_unavailable(store: BucketPhotoStore) -> None:
    """Never taken for a photo that is missing."""
    now = datetime.now(UTC)
    for use in (
        lambda: store.put(b"another", at=now),
        lambda: store.open(NAME),
        lambda: store.sweep(lambda _: False, at=now),
    ):
        with pytest.raises(StorageError) as refused:
            use()
        assert code(refused) == "storage.unavailable"


def test_without_the_extra_the_start_says_so(tmp_path: Path) -> None:
    program = "import sys; sys.modules['obstore'] = None; from api.cli import main; main()"
    environment = {**os.environ, "QUICKCLAIM_HOME": str(tmp_path), "QUICKCLAIM_PHOTOS": f"s3://{BUCKET}"}
    command = [sys.executable, "-c", program, "people", "list"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)
    assert done.returncode == 1
    assert "settings.extra_missing" in done.stderr
    assert "quickclaim[s3]" in done.stderr
