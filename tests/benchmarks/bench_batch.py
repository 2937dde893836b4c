"""How fast, how flat and how parallel the batch is. Writes ``build/bench-batch.json``; fails when a bound is broken.

    PYTHONPATH=tests/support python tests/benchmarks/bench_batch.py [--short] [--only speed growth ray]

Photos are those of ../shared, drawn ones where it is absent; each is a file of its own (a comment in the JPEG), two
to a case. They and all results lie in build/bench-batch and are deleted at the end. What is compared is measured
in turn in one run.

- ``speed``: photos per second of the batch, files to Parquet, on ``Local`` with one process per core, from when every
  process is at its second chunk; of the bare network on letterboxed photos that lie ready in memory, for each batch
  size (``best_batch``); of a loop of Ultralytics' ``predict`` over the first photos on torch. Ours and the bare network
  in 8 bits, as shipped, and in float32.
- ``growth``: whole commands ``quickclaim rescore``, report included, on more and more cases with empty caches: seconds,
  and the largest sum of the resident memory of all processes.
- ``prices``: the largest of these again after another price table was imported.
- ``ray``: Ray Data on this machine, scorers with one core each.
"""

import argparse
import json
import os
import platform
import shutil
import sys
from pathlib import Path
from typing import Any, Final

from batch_cases import ROOT, Archive
from batch_growth import growth, other_prices
from batch_ray import on_ray
from batch_speed import speed

from claims.rescore.case import CHUNK_CASES
from claims.rescore.engines.local import Local

_EACH: Final = 2
_LEAST: Final = {
    "int8_over_network": 0.85,
    "float32_over_network": 0.85,
    "over_ultralytics": 3.0,
    "ray_two_over_one": 1.6,
}
_MOST: Final = {"memory_growth": 1.15, "prices_s": 60.0, "prices_looked": 0}
_WHOLE: Final = 20_000
"""Cases that the bound on the time of another price table speaks of; with fewer it is not judged."""
_FLAT_FROM: Final = 1000
"""Photos from which memory must not grow any more."""
_PARTS: Final = ("speed", "growth", "ray")


def main() -> None:
    """Measure, write, print; exit status 1 when a bound is broken."""
    options = _options()
    folder = ROOT / "build" / "bench-batch"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        result = _measured(options, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))  # noqa: T201
    sys.exit(not all(bound["holds"] for bound in result["bounds"].values()))


def _measured(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    chunked = options.chunks * CHUNK_CASES
    archive = Archive.make(folder / "photos", max([chunked, *options.sizes]), _EACH)
    some = archive.first(chunked)
    told: dict[str, Any] = {**_machine(), "drawn": archive.drawn, "photos_each": _EACH}
    cores = len(os.sched_getaffinity(0))
    if "speed" in options.only:
        told["speed"] = speed(some, folder / "speed", lambda: Local(cores), options.rounds)
    if "growth" in options.only:
        told["growth"] = growth(archive, folder / "growth", options.sizes)
        told["prices"] = other_prices(archive, folder / "growth", options.sizes[-1])
    if "ray" in options.only:
        told["ray"] = on_ray(some, folder / "ray", options.rounds)
    return told | {"load_after": os.getloadavg()[0], "bounds": _bounds(told)}


def _bounds(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What is promised, for as much as was measured."""
    values: dict[str, float] = {}
    if "speed" in told:
        rates = told["speed"]
        values |= {f"{name}_over_network": rates[f"batch_over_network_{name}"] for name in ("int8", "float32")}
        values |= {"over_ultralytics": rates["batch_over_ultralytics"]} if "batch_over_ultralytics" in rates else {}
    if "growth" in told:
        values |= _growth_values(told["growth"], told["prices"])
    if "ray" in told:
        values["ray_two_over_one"] = told["ray"]["two_over_one"]
    bounds = {name: _at_least(values[name], least) for name, least in _LEAST.items() if name in values}
    bounds |= {name: _at_most(values[name], most) for name, most in _MOST.items() if name in values}
    if "ray" in told:
        bounds["ray_same_after_kill"] = {
            "value": told["ray"]["same_after_kill"],
            "holds": told["ray"]["same_after_kill"],
        }
    return bounds


def _growth_values(runs: list[dict[str, Any]], prices: dict[str, Any]) -> dict[str, float]:
    large = [run["peak_mib"] for run in runs if run["photos"] >= _FLAT_FROM]
    flat = {"memory_growth": round(large[-1] / large[0], 3)} if len(large) > 1 else {}
    timed = {"prices_s": prices["seconds"]} if prices["cases"] >= _WHOLE else {}
    return {**flat, **timed, "prices_looked": prices["looked"]}


def _at_least(value: float, least: float) -> dict[str, Any]:
    return {"value": value, "at_least": least, "holds": value >= least}


def _at_most(value: float, most: float) -> dict[str, Any]:
    return {"value": value, "at_most": most, "holds": value <= most}


def _machine() -> dict[str, Any]:
    return {"cpus": len(os.sched_getaffinity(0)), "platform": platform.machine(), "load_before": os.getloadavg()[0]}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1000, 5000, 20_000], help="cases, ascending")
    parser.add_argument("--chunks", type=int, default=16, help=f"of {CHUNK_CASES} cases, where engines are compared")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=_PARTS, default=_PARTS)
    parser.add_argument("--short", action="store_true", help="a minute: few cases, one round")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench-batch.json")
    options = parser.parse_args()
    if options.short:
        options.sizes, options.chunks, options.rounds = [50, 150], 4, 1
    return options


if __name__ == "__main__":
    main()
