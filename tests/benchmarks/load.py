"""Load on the real service, on loopback, with real photos. Writes ``build/load.json``; fails when a bound is broken.

    PYTHONPATH=tests/support python tests/benchmarks/load.py [--seconds 300] [--database postgresql://…] [--phone]

One process of ``quickclaim serve`` with the shipped detector on a fresh home folder, and one ``quickclaim worker``
where the database is PostgreSQL. A claim is opened, gets four photos, and is assessed. Every photo is a file of its
own, every claim has a car of its own; pictures are those of ../shared, drawn ones where it is absent; ``--phone``
enlarges them to 4032 x 3024 px.

- ``overhead``: the path of a claim over HTTP beside ``claims.assess.assess`` on the same four photos in a warm process;
  the two alternate. ``ratio`` is the median over the claims of one time over the other, ``cpu_ratio`` that of the
  processor times of server and process.
- ``unloaded``: one customer at a time; seconds of the path and of its steps. Enough of them for a 95th percentile.
- ``capacity_per_s``: claims assessed per second with four customers at all times.
- ``loaded``: customers come by chance (Poisson, seeded) at 1.5 times the capacity, whatever the service does. Who is
  refused at the door goes away; who is refused later tries again when ``Retry-After`` says. Seconds are those of
  accepted requests.
- ``memory``: resident MiB of the service; ``growth`` compares the last quarter of the load with the second.
- ``bounds``: what is promised, and whether it holds.

Customers run on the same processors as the service, so that ``capacity_per_s`` is that of both together.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

import httpx2
from load_check import check
from load_client import STEPS, Customers, End, Visit
from load_overhead import overhead
from phone_photos import phone_photos
from reports import cases, real_photos
from served import UNLIMITED, Served

ROOT: Final = Path(__file__).parents[2]
SHARED: Final = ROOT.parent / "shared"
OVERLOAD: Final = 1.5
_SEED: Final = 20261123
_WARM, _ALONE, _AT_ONCE = 3, 120, 4
_AGAIN_S: Final = 0.1
"""Whoever is refused at the door while the capacity is found comes again so soon that the service has no rest."""
_MOST = {"p95_over_unloaded": 2.0, "memory_growth": 1.05, "overhead_ratio": 1.10}


def main() -> None:
    """Measure, write, print; exit status 1 when a bound is broken."""
    options = _options()
    home = Path(tempfile.mkdtemp(prefix="quickclaim-load-"))
    service = Served(home, options.database)
    try:
        service.start()
        result = asyncio.run(_measured(service, options))
    finally:
        service.stop()
        shutil.rmtree(home, ignore_errors=True)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))  # noqa: T201
    sys.exit(not all(bound["holds"] for bound in result["bounds"].values()))


async def _measured(service: Served, options: argparse.Namespace) -> dict[str, Any]:
    pictures = _pictures(options)
    sent = cases(pictures)
    result: dict[str, Any] = {**_machine(), **_told_of(pictures, options)}
    async with _customers(service) as customers:
        visits = [await customers.visit(next(sent)) for _ in range(_WARM)]
        result["overhead"] = await overhead(service, customers, sent, options.claims, visits)
        alone = [await customers.visit(next(sent)) for _ in range(_ALONE)]
        result["unloaded"] = _seconds(alone)
        together = await _together(customers, sent, options.capacity_seconds)
        done = sum(visit.end is End.DONE for visit in together)
        result["capacity_per_s"] = round(done / options.capacity_seconds, 3)
        memory: list[tuple[float, float]] = []
        loaded = await _open_loop(service, customers, sent, result["capacity_per_s"], options.seconds, memory)
        result["loaded"] = {"seconds": options.seconds, **_outcome(loaded), **_seconds(loaded)}
        result["memory"] = _memory(memory)
        result["kept"] = await check(customers, [*visits, *alone, *together, *loaded])
    result["bounds"] = _bounds(result, [*visits, *alone, *together, *loaded])
    result["load_after"] = os.getloadavg()[0]
    return result


@asynccontextmanager
async def _customers(service: Served) -> AsyncIterator[Customers]:
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=50)
    async with httpx2.AsyncClient(base_url=service.url, timeout=180, limits=limits) as client:
        yield Customers(client, service.app_key("load"))


async def _together(customers: Customers, sent: Iterator[list[bytes]], seconds: float) -> list[Visit]:
    """Visits that ended within so many seconds; those that were begun by then are finished and not counted."""
    ended: list[Visit] = []
    until = time.monotonic() + seconds

    async def one_after_another() -> list[Visit]:
        own = []
        while time.monotonic() < until:
            own.append(await customers.visit(next(sent)))
            if own[-1].end is End.REFUSED:
                await asyncio.sleep(_AGAIN_S)
        return own

    for own in await asyncio.gather(*(one_after_another() for _ in range(_AT_ONCE))):
        ended += own
    return ended


async def _open_loop(
    service: Served,
    customers: Customers,
    sent: Iterator[list[bytes]],
    capacity: float,
    seconds: float,
    memory: list[tuple[float, float]],
) -> list[Visit]:
    draw = random.Random(_SEED)  # noqa: S311
    begun, visits = time.monotonic(), list[asyncio.Task[Visit]]()
    watch = asyncio.create_task(_watch(service, begun, memory))
    arrival = draw.expovariate(OVERLOAD * capacity)
    while arrival < seconds:
        await asyncio.sleep(max(0.0, begun + arrival - time.monotonic()))
        visits.append(asyncio.create_task(customers.visit(next(sent))))
        arrival += draw.expovariate(OVERLOAD * capacity)
    watch.cancel()
    return [await visit for visit in visits]


async def _watch(service: Served, begun: float, memory: list[tuple[float, float]]) -> None:
    while True:
        memory.append((time.monotonic() - begun, service.rss_mib()))
        await asyncio.sleep(1)


def _outcome(visits: Sequence[Visit]) -> dict[str, Any]:
    return {
        "customers": len(visits),
        "ends": dict(Counter(visit.end.value for visit in visits)),
        "statuses": dict(Counter(status for visit in visits for status in visit.statuses)),
    }


def _seconds(visits: Sequence[Visit]) -> dict[str, Any]:
    done = [visit for visit in visits if visit.end is End.DONE]
    steps = {name: [visit.seconds[name] for visit in visits if name in visit.seconds] for name in STEPS}
    return {"path": _spread([visit.path_s for visit in done]), **{name: _spread(took) for name, took in steps.items()}}


def _spread(seconds: Sequence[float]) -> dict[str, Any]:
    if len(seconds) < 2:
        return {"n": len(seconds), "median": None, "p95": None}
    p95 = quantiles(seconds, n=20, method="inclusive")[-1]
    return {"n": len(seconds), "median": round(median(seconds), 3), "p95": round(p95, 3)}


def _memory(samples: Sequence[tuple[float, float]]) -> dict[str, Any]:
    """``slope`` by least squares over the last three quarters, MiB a minute."""
    quarter = len(samples) // 4
    later = samples[quarter:]
    times, sizes = [at for at, _ in later], [size for _, size in later]
    middle, mean = sum(times) / len(later), sum(sizes) / len(later)
    slope = sum((at - middle) * (size - mean) for at, size in later) / sum((at - middle) ** 2 for at in times)
    growth = median(sizes[-quarter:]) / median(sizes[:quarter])
    return {"first": round(samples[0][1]), "last": round(sizes[-1]), "slope": round(60 * slope, 2), "growth": growth}


def _bounds(result: dict[str, Any], visits: Sequence[Visit]) -> dict[str, Any]:
    wrong = [status for visit in visits for status in visit.statuses if status not in {"200", "201", "202", "503"}]
    loaded, unloaded = result["loaded"]["path"]["p95"], result["unloaded"]["path"]["p95"]
    found = {
        "wrong_answers": len(wrong),
        **{name: len(faults) for name, faults in result["kept"].items() if isinstance(faults, list)},
        "p95_over_unloaded": None if loaded is None else round(loaded / unloaded, 2),
        "memory_growth": round(result["memory"]["growth"], 3),
        "overhead_ratio": result["overhead"]["ratio"],
    }
    return {name: _bound(value, _MOST.get(name, 0)) for name, value in found.items()}


def _bound(value: float | None, most: float) -> dict[str, Any]:
    return {"value": value, "most": most, "holds": value is not None and value <= most}


def _pictures(options: argparse.Namespace) -> list[Path]:
    """In an order by chance, so that every minute has the formats of all sources."""
    found = [] if options.phone else real_photos(SHARED)
    random.Random(_SEED).shuffle(found)  # noqa: S311
    return found or phone_photos(ROOT / "build" / "bench-photos", SHARED, 20)


def _told_of(pictures: Sequence[Path], options: argparse.Namespace) -> dict[str, Any]:
    real = pictures[0].name.startswith("car") or SHARED in pictures[0].parents
    return {
        "database": "postgresql" if options.database else "sqlite",
        "photos": "real" if real else "drawn: ../shared is not there",
        "pictures": len(pictures),
        "kb_each": round(median(path.stat().st_size for path in pictures) / 1000),
        "settings": UNLIMITED,
    }


def _machine() -> dict[str, Any]:
    return {"cpus": len(os.sched_getaffinity(0)), "load_before": os.getloadavg()[0]}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=300, help="of the load")
    parser.add_argument("--capacity-seconds", type=float, default=30, help="of finding the capacity")
    parser.add_argument("--claims", type=int, default=40, help="whose overhead is measured")
    parser.add_argument("--database", help="a PostgreSQL database without rows instead of SQLite")
    parser.add_argument("--phone", action="store_true", help="photos of the size that phones make")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "load.json")
    return parser.parse_args()


if __name__ == "__main__":
    main()
