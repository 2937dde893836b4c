"""Run by the fixture ``killable`` in a process of its own: a command of the laboratory that is killed with -9.

``python killed_at.py COUNTED KIND N WORDS…`` runs ``python -m training WORDS…`` and kills it just before it does what
``KIND`` names for the ``N``th time, 0: never. A run that ends writes to COUNTED how often it did each of them.
"""

import json
import os
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from training.__main__ import main as command


def kind_of(event: str, args: tuple[Any, ...]) -> str | None:
    """What an audit event of Python is here: an answer, copy, manifest or ONNX file kept, or one answers' file gone."""
    if event == "open" and args[1] == "a" and _name(args[0]).startswith("answers-"):
        return "answer"
    if event == "os.remove" and _name(args[0]).startswith("answers-"):
        return "forget"
    if event == "os.rename":
        name = _name(args[1])
        kinds = {"copy-": "copy", "manifest.json": "manifest", "joint-v0": "file"}
        return next((kind for begins, kind in kinds.items() if name.startswith(begins)), None)
    return None


def _name(path: Any) -> str:
    return Path(os.fsdecode(path)).name if not isinstance(path, int) else ""


def main() -> None:
    """See above."""
    counted, deadly, number, *words = sys.argv[1:]
    counts: Counter[str] = Counter()

    def watch(event: str, args: tuple[Any, ...]) -> None:
        kind = kind_of(event, args)
        if kind is not None:
            counts[kind] += 1
            if kind == deadly and counts[kind] == int(number):
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)
    sys.argv = ["training", *words]
    try:
        command()
    finally:
        Path(counted).write_text(json.dumps(counts), "utf-8")


if __name__ == "__main__":
    main()
