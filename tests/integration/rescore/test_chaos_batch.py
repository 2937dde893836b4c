"""A batch killed with -9 again and again leaves what an undisturbed one leaves."""

from pathlib import Path

import pytest
from batch_cases import Archive
from killed_runs import Chaos

CASES, KILLS = 60, 4


@pytest.mark.timeout(600)
def test_a_killed_run_ends_as_an_undisturbed_one(tmp_path: Path) -> None:
    archive = Archive.make(tmp_path / "photos", CASES, 1)
    told = Chaos(archive.manifest(CASES), tmp_path, share=0.8, seed=20261123).run(KILLS)
    assert not told["differing"], told
    assert set(told["kills"]) == {"command", "worker"}, told
    assert told["whole_runs"] >= 1
    assert told["files"] > 2 * 6, "two chunks of five tables and a marker, figures and the report"
