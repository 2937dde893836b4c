"""The bare pipeline in a warm process: a line of file names in, seconds of wall clock and of processor out."""

import json
import sys
import time
from datetime import date
from pathlib import Path

from api.engine import open_engine
from api.settings import Settings
from claims.assess import assess
from claims.facts import CaseFacts
from claims.observe import PhotoSource


def main() -> None:
    """Serve until standard input ends. The engine is opened as the service opens it, with the same settings."""
    eyes = open_engine(Settings.read())
    for line in sys.stdin:
        case = [PhotoSource(name=Path(path).name, content=Path(path).read_bytes()) for path in json.loads(line)]
        wall, cpu = time.perf_counter(), time.process_time()
        assess(case, CaseFacts(), eyes, on=date.today())  # noqa: DTZ011 - the user's day
        print(time.perf_counter() - wall, time.process_time() - cpu, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
