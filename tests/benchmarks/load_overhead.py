"""What HTTP and the database cost beside the bare pipeline, claim by claim."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from load_client import Customers, End, Visit
from served import Served

_BARE = Path(__file__).with_name("load_bare.py")
_WARM = 2


async def overhead(
    service: Served, customers: Customers, sent: Iterator[list[bytes]], claims: int, visits: list[Visit]
) -> dict[str, Any]:
    """Both sides get the same photos; who comes first alternates. Adds its visits to ``visits``."""
    environment = {**os.environ, "QUICKCLAIM_HOME": str(service.home), "PYTHONPATH": str(_BARE.parents[2])}
    rows: list[tuple[float, float, float, float]] = []
    with subprocess.Popen(
        [sys.executable, _BARE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as bare:
        for number in range(_WARM + claims):
            case = next(sent)
            first = _bare(bare, service.home, case) if number % 2 else None
            cpu = service.cpu_s()
            visits.append(await customers.visit(case))
            cpu = service.cpu_s() - cpu
            wall_bare, cpu_bare = first or _bare(bare, service.home, case)
            if number >= _WARM and visits[-1].end is End.DONE:
                rows.append((visits[-1].path_s, wall_bare, cpu, cpu_bare))
    return {
        "claims": len(rows),
        "http_ms": round(1000 * median(row[0] for row in rows), 1),
        "bare_ms": round(1000 * median(row[1] for row in rows), 1),
        "http_cpu_ms": round(1000 * sum(row[2] for row in rows) / len(rows), 1),
        "bare_cpu_ms": round(1000 * sum(row[3] for row in rows) / len(rows), 1),
        "ratio": round(median(row[0] / row[1] for row in rows), 3),
        "cpu_ratio": round(sum(row[2] for row in rows) / sum(row[3] for row in rows), 3),
    }


def _bare(process: "subprocess.Popen[str]", folder: Path, case: list[bytes]) -> tuple[float, float]:
    """Seconds, and seconds of processor, of the pipeline alone."""
    paths = [folder / f"bare-{index}.jpg" for index in range(len(case))]
    for path, content in zip(paths, case, strict=True):
        path.write_bytes(content)
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps([str(path) for path in paths]) + "\n")
    process.stdin.flush()
    wall, cpu = map(float, process.stdout.readline().split())
    return wall, cpu
