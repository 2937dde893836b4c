"""How glibc's malloc keeps what Python, the codecs and the network give back to it.

As it comes, every thread has a heap of its own, up to eight a core, and buffers of up to 32 MiB live in them: photos,
network inputs and prepared operators of all sizes leave holes between what stays. A service on two cores that assessed
1,500 cases held 190 MiB of holes, and every minute a little more.
"""

import ctypes
import os
from typing import Final

_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8
_HEAPS: Final = 2
_OWN_PAGES_FROM: Final = 256 * 1024
"""Bytes. What is larger gets pages of its own, which go back when it goes. Setting it also ends glibc's habit of
raising it; see mallopt(3)."""


def few_holes() -> bool:
    """Two heaps, and nothing large in them: here, and in processes that are started from here. Before threads begin: a
    heap that is there stays.

    False where it is not glibc's malloc, or where the environment says how malloc is to be.
    """
    if any(name.startswith("MALLOC_") for name in os.environ) or "glibc.malloc." in os.environ.get(
        "GLIBC_TUNABLES", ""
    ):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    os.environ["MALLOC_ARENA_MAX"] = str(_HEAPS)
    os.environ["MALLOC_MMAP_THRESHOLD_"] = str(_OWN_PAGES_FROM)
    return all([mallopt(_M_ARENA_MAX, _HEAPS), mallopt(_M_MMAP_THRESHOLD, _OWN_PAGES_FROM)])
