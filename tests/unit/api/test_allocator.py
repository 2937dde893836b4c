"""malloc, in processes of their own: what is set stays set."""

import os
import platform
import subprocess
import sys

import pytest

HOLES = """
import ctypes, subprocess, sys
from api.allocator import few_holes

class Malloc(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks u f k".split()]

libc = ctypes.CDLL(None)
libc.mallinfo2.restype = Malloc
told = few_holes() if "set" in sys.argv else None
bytearray(8 << 20)  # glibc learns from the end of a large buffer to keep smaller ones in its heaps
before = libc.mallinfo2().hblks
kept = bytearray(1 << 20)
print(told, libc.mallinfo2().hblks - before, flush=True)
if "child" in sys.argv:
    subprocess.run([sys.executable, "-c", sys.orig_argv[2]], check=True)
"""

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library is not glibc")


def buffers(*arguments: str, **environment: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_"))}
    command = [sys.executable, "-c", HOLES, *arguments]
    done = subprocess.run(command, env=kept | environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_large_buffers_get_pages_of_their_own_which_go_back() -> None:
    assert buffers() == "None 0"
    assert buffers("set") == "True 1"


def test_a_process_that_is_started_from_there_keeps_memory_the_same_way() -> None:
    assert buffers("set", "child") == "True 1\nNone 1"


@pytest.mark.parametrize(
    "said",
    [{"MALLOC_ARENA_MAX": "4"}, {"GLIBC_TUNABLES": "glibc.malloc.arena_max=4"}],
    ids=lambda said: next(iter(said)),
)
def test_an_operator_who_says_how_malloc_is_to_be_is_obeyed(said: dict[str, str]) -> None:
    assert buffers("set", **said) == "False 0"
