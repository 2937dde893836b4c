"""The promises of a photo store, kept by the folder, the bucket and the twin in memory; the folder's under kill -9."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from obstore.store import LocalStore

from api.buckets import ObjectBucket
from claims.keys import Keys
from claims.photo_bucket import BucketPhotoStore
from claims.photo_store import LocalPhotoStore, MemoryPhotoStore, PhotoStore
from claims.secrecy import Sealer
from model.errors import SecrecyError, StorageError

CONTENT = b"\xff\xd8 a photo of a car " * 5000
NAME = sha256(CONTENT).hexdigest()
SEALER = Sealer(Keys.new().seal)
NOW = datetime.now(UTC)
NEXT_DAY = NOW + timedelta(days=1, hours=6)  # a bucket has its own clock, and the suite takes minutes


def unknown(_: str) -> bool:
    return False


@pytest.fixture(params=["folder", "bucket", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> PhotoStore:
    if request.param == "folder":
        return LocalPhotoStore(tmp_path / "photos", SEALER)
    if request.param == "bucket":
        return BucketPhotoStore(ObjectBucket(LocalStore(tmp_path)), SEALER)
    return MemoryPhotoStore(SEALER)


def test_what_was_put_comes_back(store: PhotoStore) -> None:
    assert not store.exists(NAME)
    assert store.put(CONTENT, at=NOW) == NAME
    assert store.exists(NAME)
    assert store.open(NAME) == CONTENT
    assert store.put(CONTENT, at=NOW) == NAME
    assert store.open(store.put(b"", at=NOW)) == b""


def test_what_is_not_there_is_told(store: PhotoStore) -> None:
    with pytest.raises(StorageError) as refusal:
        store.open(NAME)
    assert refusal.value.code == "storage.photo_missing"


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "AB" * 32, "ab" * 31, f"{NAME}/", f"{NAME}\n"])
def test_only_a_sha256_is_a_name(store: PhotoStore, name: str) -> None:
    for ask in (store.open, store.exists):
        with pytest.raises(ValueError, match="SHA-256"):
            ask(name)


def test_what_no_row_names_goes_after_a_day(store: PhotoStore) -> None:
    store.put(CONTENT, at=NOW)
    kept = store.put(b"named by a row", at=NOW)
    assert store.sweep(unknown, at=NOW + timedelta(hours=23)) == 0
    assert store.sweep(lambda name: name == kept, at=NEXT_DAY) == 1
    assert (store.exists(NAME), store.exists(kept)) == (False, True)
    assert store.sweep(lambda name: name == kept, at=NEXT_DAY) == 0


def test_what_is_put_again_is_new_again(tmp_path: Path) -> None:
    """Else a sweep could take away a file between its second put and the row that names it."""
    for store in (LocalPhotoStore(tmp_path, SEALER), MemoryPhotoStore(SEALER)):
        store.put(CONTENT, at=NOW)
        store.put(CONTENT, at=NEXT_DAY)
        assert store.sweep(unknown, at=NEXT_DAY + timedelta(hours=1)) == 0
        assert store.open(NAME) == CONTENT


def test_a_put_in_a_bucket_renews_too(tmp_path: Path) -> None:
    store = BucketPhotoStore(ObjectBucket(LocalStore(tmp_path)), SEALER)
    store.put(CONTENT, at=NOW)
    [file] = [path for path in tmp_path.rglob("*") if path.is_file()]
    os.utime(file, (0, 0))
    store.put(CONTENT, at=NOW)
    assert store.sweep(unknown, at=datetime.now(UTC)) == 0


# --- the folder -----------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> LocalPhotoStore:
    return LocalPhotoStore(tmp_path / "photos", SEALER)


def files(store: LocalPhotoStore) -> list[Path]:
    return [path for path in store.folder.rglob("*") if path.is_file() and path.name != ".lock"]


def test_files_are_sealed_and_for_their_owner_alone(folder: LocalPhotoStore) -> None:
    folder.put(CONTENT, at=NOW)
    [file] = files(folder)
    assert file.relative_to(folder.folder) == Path(NAME[:2], NAME[2:4], NAME)
    assert CONTENT[:20] not in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    assert {path.stat().st_mode & 0o777 for path in folder.folder.rglob("*") if path.is_dir()} == {0o700}


@pytest.mark.parametrize("place", [0, 5, 20, 1000, -1])
def test_a_flipped_bit_is_seen_and_the_next_put_mends_it(folder: LocalPhotoStore, place: int) -> None:
    folder.put(CONTENT, at=NOW)
    [file] = files(folder)
    sealed = bytearray(file.read_bytes())
    sealed[place] ^= 1
    file.write_bytes(sealed)
    with pytest.raises((StorageError, SecrecyError)) as refusal:
        folder.open(NAME)
    assert refusal.value.code in {"storage.photo_altered", "secrecy.unknown_key"}
    folder.put(CONTENT, at=NOW)
    assert folder.open(NAME) == CONTENT


def test_a_file_under_another_name_is_refused(folder: LocalPhotoStore) -> None:
    other = folder.put(b"another", at=NOW)
    folder.put(CONTENT, at=NOW)
    paths = {path.name: path for path in files(folder)}
    shutil.copy(paths[NAME], paths[other])
    with pytest.raises(StorageError) as refusal:
        folder.open(other)
    assert refusal.value.code == "storage.photo_altered"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError) as refusal:
        LocalPhotoStore(tmp_path / "file" / "photos", SEALER).put(CONTENT, at=NOW)
    assert refusal.value.code == "storage.photo_unwritable"


def test_a_full_disk_is_told_and_leaves_nothing(folder: LocalPhotoStore) -> None:
    """A limit on the size of files stands for a disk without room."""
    program = PROGRAM_HEAD + (
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try:\n"
        "    store.put(content, at=now)\n"
        "except StorageError as error:\n"
        "    print(error.code)\n"
    )
    assert run(program, folder.folder).split() == ["storage.photo_unwritable"]
    assert files(folder) == []


def test_sweeping_while_others_put(folder: LocalPhotoStore) -> None:
    """Whoever put a file finds it: the sweep takes away only what nobody has put since."""
    contents = [bytes([number]) * 1000 for number in range(40)]
    for content in contents:
        folder.put(content, at=NOW)

    def put(content: bytes) -> bool:
        return folder.open(folder.put(content, at=NEXT_DAY)) == content

    with ThreadPoolExecutor(6) as threads:
        sweeps = [threads.submit(folder.sweep, unknown, at=NEXT_DAY) for _ in range(4)]
        assert all(threads.map(put, contents))
        assert all(sweep.result() >= 0 for sweep in sweeps)
    assert all(folder.exists(sha256(content).hexdigest()) for content in contents)


PROGRAM_HEAD = """
import os, signal, sys
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from claims import photo_store
from claims.key_file import read_or_create
from claims.photo_store import LocalPhotoStore
from claims.secrecy import Sealer
from model.errors import StorageError

content = b"a photo of a car" * 5000
name = sha256(content).hexdigest()
now = datetime.now(UTC)
folder = Path(sys.argv[1])
store = LocalPhotoStore(folder, Sealer(read_or_create(folder.parent / 'home').seal))
"""

KILLED = (
    PROGRAM_HEAD
    + """
import shutil

def killed_at(line, work):
    '''A child that is killed when it comes to the n-th line of the photo store; whether it got so far.'''
    child = os.fork()
    if child == 0:
        left = [line]
        def step(frame, event, argument):
            if frame.f_code.co_filename != photo_store.__file__:
                return None
            if event == 'line':
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
            return step
        sys.settrace(step)
        work()
        sys.settrace(None)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0
    return False

def sound():
    return not store.exists(name) or store.open(name) == content

tomorrow = now + timedelta(days=2)
line, drafts, whole = 0, 0, 0
while True:
    line += 1
    shutil.rmtree(store.folder, ignore_errors=True)
    reached = killed_at(line, lambda: store.put(content, at=now))
    assert sound(), ('put', line)
    whole += store.exists(name)
    drafts += len(list(store.folder.rglob('*.part')))
    assert store.put(content, at=now) == name and store.open(name) == content, ('put again', line)
    store.sweep(lambda digest: digest == name, at=tomorrow)
    assert [path.name for path in store.folder.rglob('*') if path.is_file() and path.name != '.lock'] == [name], line
    if not reached:
        break
print(line, whole, drafts)

line = 0
while True:
    line += 1
    store.put(content, at=now)
    reached = killed_at(line, lambda: store.put(content, at=now))
    assert store.open(name) == content, ('renew', line)
    reached = killed_at(line, lambda: store.sweep(lambda digest: False, at=tomorrow)) or reached
    assert sound(), ('sweep', line)
    if not reached:
        break
assert not store.exists(name)
print(line)
"""
)


def run(program: str, folder: Path) -> str:
    command = [sys.executable, "-c", program, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, cwd=Path(__file__).parents[3])
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_killed_at_every_line(folder: LocalPhotoStore) -> None:
    """Whole or not there, and the next put succeeds, wherever kill -9 falls; drafts are swept."""
    first, second = run(KILLED, folder.folder).splitlines()
    lines, whole, drafts = map(int, first.split())
    assert lines > 30
    assert 0 < whole < lines
    assert drafts > 0
    assert int(second) > 20


def test_several_processes_put_the_same(folder: LocalPhotoStore) -> None:
    program = PROGRAM_HEAD + "print(sum(store.put(content, at=now) == name for _ in range(20)))\n"
    with ThreadPoolExecutor(3) as threads:
        assert [text.split() for text in threads.map(run, [program] * 3, [folder.folder] * 3)] == [["20"]] * 3
    assert len(files(folder)) == 1
