"""Messages between two processes on a socket, every one of them within a deadline.

A message is the length of its head, the head (JSON: facts, and the lengths of the blocks), and the blocks.
"""

import json
import socket
import time
from collections.abc import Iterable, Mapping
from typing import Any

Block = bytes | bytearray
_LONGEST_HEAD = 64 * 1024


def send(line: socket.socket, facts: Mapping[str, object], blocks: Iterable[Block], deadline: float) -> None:
    """Send one message. Raises ``TimeoutError`` when ``time.monotonic()`` passes the deadline, other ``OSError``."""
    blocks = tuple(blocks)
    head = json.dumps([facts, [len(block) for block in blocks]]).encode()
    for piece in (len(head).to_bytes(4), head, *blocks):
        line.settimeout(_left(deadline))
        line.sendall(piece)


def receive(line: socket.socket, deadline: float, *, most: int) -> tuple[dict[str, Any], list[bytearray]]:
    """The next message, its blocks together at most ``most`` bytes.

    Raises ``TimeoutError``, other ``OSError``, and ``EOFError`` where no whole message comes.
    """
    length = int.from_bytes(_exactly(line, 4, deadline))
    if length > _LONGEST_HEAD:
        raise EOFError(f"head of {length} bytes")
    try:
        facts, lengths = json.loads(_exactly(line, length, deadline))
        if not isinstance(facts, dict) or min(lengths, default=0) < 0 or sum(lengths) > most:
            raise EOFError(f"blocks of {lengths} bytes")
    except (ValueError, TypeError) as problem:
        raise EOFError("not a message") from problem
    return facts, [_exactly(line, length, deadline) for length in lengths]


def _exactly(line: socket.socket, count: int, deadline: float) -> bytearray:
    """``count`` bytes, each written once: pixels of a large photo are not copied."""
    found = bytearray(count)
    rest = memoryview(found)
    while rest:
        line.settimeout(_left(deadline))
        got = line.recv_into(rest)
        if not got:
            raise EOFError("closed")
        rest = rest[got:]
    return found


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
