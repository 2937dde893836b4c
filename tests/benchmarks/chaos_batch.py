"""``quickclaim rescore`` killed with -9 two hundred times. Writes ``build/chaos-batch.json``; fails on any difference.

    PYTHONPATH=tests/support python tests/benchmarks/chaos_batch.py [--kills 200] [--cases 2000]

A case has one photo of its own. The victims are in turn the command and one of its processes, at random moments; the
command is begun again at once, always with --resume. Whenever a run ends by itself its folder is compared, file by
file and byte by byte, with that of an undisturbed run, and the next one begins; every other one finds an empty cache,
so that the network looks at every photo again. ``report.html`` names the day: a run over midnight differs.
"""

import argparse
import json
import os
import shutil
import sys
from pathlib import Path

from batch_cases import ROOT, Archive
from killed_runs import Chaos

_SEED = 20261123


def main() -> None:
    """Kill, write, print; exit status 1 where a file differs."""
    options = _options()
    folder = ROOT / "build" / "chaos-batch"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        archive = Archive.make(folder / "photos", options.cases, 1)
        chaos = Chaos(archive.manifest(options.cases), folder, share=options.share, seed=options.seed)
        result = {"cases": options.cases, "load_before": os.getloadavg()[0], **chaos.run(options.kills)}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))  # noqa: T201
    sys.exit(bool(result["differing"]))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--share", type=float, default=0.25, help="of an undisturbed run between two kills at most")
    parser.add_argument("--seed", type=int, default=_SEED)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "chaos-batch.json")
    return parser.parse_args()


if __name__ == "__main__":
    main()
