"""Simulated runs, each kind made once."""

from collections.abc import Callable
from typing import Any

import pytest
from simulated_runs import Kind, Run, simulated

Simulate = Callable[..., Run]


@pytest.fixture(scope="session")
def simulate(tmp_path_factory: pytest.TempPathFactory) -> Simulate:
    """``simulate(cases=1, finals=0)``: a run of this kind."""
    made: dict[Kind, Run] = {}

    def of(**given: Any) -> Run:
        kind = Kind(**given)
        if kind not in made:
            made[kind] = simulated(tmp_path_factory.mktemp("run"), kind)
        return made[kind]

    return of
