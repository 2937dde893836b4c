"""A run that was killed goes on as if it had not been; a run is what its recipe says."""

import hashlib
import importlib.util
import io
import json
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from model.errors import ModelError
from training.prepare import prepare
from training.prepared import PreparedSet
from training.recipe import Recipe, Schedule

pytestmark = [
    pytest.mark.torch,
    pytest.mark.usefixtures("one_thread"),
    pytest.mark.skipif(importlib.util.find_spec("ultralytics") is None, reason="the train extra is not installed"),
]

DRAW, MAKE = Callable[..., Path], Callable[..., Recipe]
OLD = {0: "hood", 1: "scratch", 2: "damaged_Door"}
TYPES = {"folder": "damage_types", "teaches": {"dent": ["dent"]}}
PLAN = {"epochs": 1.5, "batch": 2, "size": 64, "rate": 0.001, "warm_up": 0.2, "plain": 0.4, "average": 0.9}


@pytest.fixture(scope="module")
def start() -> bytes:
    """A checkpoint of a random network."""
    from inference.backends.torch import keep_ultralytics_to_itself

    keep_ultralytics_to_itself()
    import torch
    from ultralytics.nn.tasks import DetectionModel

    torch.manual_seed(0)
    network: Any = DetectionModel("yolo26n.yaml", nc=3, verbose=False)
    network.names = OLD
    file = io.BytesIO()
    torch.save({"model": network.half()}, file)
    return file.getvalue()


@pytest.fixture
def ready(draw: DRAW, photo: Any, recipe: MAKE) -> tuple[Recipe, PreparedSet, Path]:
    """Eight photos with a dent each: six steps of two."""
    boxes = [("dent", 20, 20, 40, 30)]
    root = draw("damage_types", *(photo(name=f"{n}.png", seed=n, boxes=boxes) for n in range(8)))
    made = recipe(TYPES, schedule=PLAN)
    return made, prepare(made, root).prepared, root


class _KilledError(Exception):
    """The power went."""


def _watched() -> Any:
    """A trainer that remembers what it was shown, and may die before a step."""
    from training.train import Trainer

    class Watched(Trainer):
        dies_at: int | None = None

        def _step(self, pictures: Any, targets: Any) -> dict[str, float]:
            if self.progress.step == self.dies_at:
                raise _KilledError
            self.seen = [*getattr(self, "seen", []), hashlib.sha256(pictures.numpy().tobytes()).hexdigest()]
            return super()._step(pictures, targets)

    return Watched


def _lines(run: Path) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in (run / "log.jsonl").read_text("utf-8").splitlines()]
    return [{name: value for name, value in line.items() if name != "minutes"} for line in lines]


def test_a_killed_run_ends_as_one_that_was_not(
    ready: tuple[Recipe, PreparedSet, Path], start: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr("training.train.EVERY", 1)
    make, said = _watched(), list[str]()
    whole = make(*ready, tmp_path / "whole", start)
    finished = whole.train(said.append)
    killed = make(*ready, tmp_path / "killed", start)
    killed.dies_at = 3
    with pytest.raises(_KilledError):
        killed.train(said.append, save_every=0.0)
    resumed = make(*ready, tmp_path / "killed", start)
    assert resumed.progress.step == 3
    resumed.train(said.append)

    assert len(whole.seen) == 6
    assert killed.seen + resumed.seen == whole.seen
    log, again = _lines(tmp_path / "whole"), _lines(tmp_path / "killed")
    assert [line["step"] for line in again] == [1, 2, 3, 4, 5, 6]
    for line, same in zip(log, again, strict=True):
        assert same == pytest.approx(line, rel=1e-3, abs=2e-3)
    states = [torch.load(tmp_path / name / "last.pt", weights_only=True) for name in ("whole", "killed")]
    for name, value in states[0]["average"].items():
        torch.testing.assert_close(states[1]["average"][name], value, atol=2e-3, rtol=2e-3)

    shipped = torch.load(finished, weights_only=False)
    assert (shipped["recipe"], shipped["digest"]) == (ready[0].sha256, ready[1].digest)
    assert tuple(shipped["model"].names.values()) == ready[1].labels
    assert not list(tmp_path.glob("*/*.part"))


def test_the_average_follows_the_network_that_learns_also_after_resuming(
    ready: tuple[Recipe, PreparedSet, Path], start: bytes, tmp_path: Path
) -> None:
    """To the bit, by the formula of the moving average over what the networks hold at that step."""
    import torch

    from training.train import Trainer

    class Checked(Trainer):
        followed_steps = 0
        moved = 0.0

        def _follow(self) -> None:
            keep = 0.9 * (1 - math.exp(-(self.progress.step + 1) / 200))
            before = {name: value.clone() for name, value in self.average.state_dict().items()}
            super()._follow()
            now, after = self.network.state_dict(), self.average.state_dict()
            for name, value in before.items():
                floating = value.dtype.is_floating_point
                meant = torch.lerp(value, now[name], 1 - keep) if floating else now[name]
                assert torch.equal(after[name], meant), name
                self.moved += float((after[name] != value).sum())
            self.followed_steps += 1

    first = Checked(*ready, tmp_path, start)
    first.train(lambda _: None, pause=0.0)
    resumed = Checked(*ready, tmp_path, start)
    resumed.train(lambda _: None)
    assert (first.followed_steps, resumed.followed_steps) == (1, 5)
    assert first.moved > 0
    assert resumed.moved > 0


def test_every_layer_learns(ready: tuple[Recipe, PreparedSet, Path], start: bytes, tmp_path: Path) -> None:
    """A checkpoint holds a moving average, whose weights come frozen: three runs learned in the head alone."""
    from training.train import Trainer

    trainer = Trainer(*ready, tmp_path, start)
    before = {name: weight.detach().clone() for name, weight in trainer.network.named_parameters()}
    trainer.train(lambda _: None)
    still = [name for name, weight in trainer.network.named_parameters() if weight.equal(before[name])]
    assert len(before) > 200
    assert still == []


def test_a_finished_run_is_finished(ready: tuple[Recipe, PreparedSet, Path], start: bytes, tmp_path: Path) -> None:
    make = _watched()
    first = make(*ready, tmp_path, start)
    finished = first.train(lambda _: None)
    content = finished.read_bytes()
    again = make(*ready, tmp_path, start)
    assert again.train(lambda _: None) == finished
    assert not hasattr(again, "seen")
    assert finished.read_bytes() == content


def test_a_run_that_is_killed_while_it_saves_its_end_gives_the_network_of_its_end(
    ready: tuple[Recipe, PreparedSet, Path], start: bytes, tmp_path: Path, survives: Callable[..., bool]
) -> None:
    """Before every third flush or rename of the two checkpoints: what a later call returns belongs to the last step."""
    import torch

    from training.train import Trainer

    Trainer(*ready, tmp_path / "begun", start).save()
    before = torch.load(Trainer(*ready, tmp_path / "begun", start).finished, weights_only=False)["model"].state_dict()
    for deadly in count(1, 3):
        run = Path(shutil.copytree(tmp_path / "begun", tmp_path / str(deadly)))
        first = Trainer(*ready, run, start)
        done = survives(deadly, lambda first=first: first.train(lambda _: None))
        resumed = Trainer(*ready, run, start)
        finished = torch.load(resumed.train(lambda _: None), weights_only=False)["model"].state_dict()
        average = resumed.average.half().state_dict()
        assert resumed.progress.step == 6
        assert all(torch.equal(finished[name], value.cpu()) for name, value in average.items())
        assert not all(torch.equal(finished[name], value) for name, value in before.items())
        if done:
            break
    assert deadly == 13


@pytest.mark.parametrize("ruined", ["weight", "gradient"])
def test_a_loss_that_is_no_number_stops_the_run_which_goes_on_from_before(
    ready: tuple[Recipe, PreparedSet, Path], start: bytes, tmp_path: Path, ruined: str
) -> None:
    import torch

    make = _watched()

    class Ruined(make):  # type: ignore[misc]
        def _step(self, pictures: Any, targets: Any) -> dict[str, float]:
            weight = next(self.network.parameters())
            if self.progress.step == 3 and ruined == "weight":
                weight.data[0] = torch.nan
            if self.progress.step == 3 and ruined == "gradient":
                weight.register_hook(lambda gradient: gradient * torch.inf)
            terms: dict[str, float] = super()._step(pictures, targets)
            return terms

    run = Ruined(*ready, tmp_path, start)
    with pytest.raises(ModelError, match=r"epoch 0, step 3: loss .*, gradient (nan|inf)") as caught:
        run.train(lambda _: None, save_every=0.0)
    shown = tuple(run.samples.photos[index].path for index in run.samples.order(0, 0)[6:8])
    facts = {"epoch": 0, "step": 3, "photos": shown}
    assert (caught.value.code, caught.value.facts) == ("model.loss_not_finite", facts)
    assert all(path in str(caught.value) for path in shown)

    resumed = make(*ready, tmp_path, start)
    assert resumed.progress.step == 3
    finished = resumed.train(lambda _: None)
    assert len(resumed.seen) == 3
    states = [torch.load(tmp_path / "last.pt", weights_only=True)[name] for name in ("network", "average")]
    states.append(torch.load(finished, weights_only=False)["model"].state_dict())
    assert all(bool(value.isfinite().all()) for state in states for value in state.values())


def test_a_run_has_a_step_however_few_its_photos(
    ready: tuple[Recipe, PreparedSet, Path], start: bytes, tmp_path: Path
) -> None:
    from training.train import Trainer

    made, prepared, root = ready
    short = made.model_copy(update={"schedule": made.schedule.model_copy(update={"epochs": 0.01})})
    run = Trainer(short, prepared.model_copy(update={"recipe": short.sha256}), root, tmp_path, start)
    assert run.train(lambda _: None).is_file()
    assert run.progress.step == 1


def test_a_run_does_not_change_its_recipe(
    ready: tuple[Recipe, PreparedSet, Path], start: bytes, tmp_path: Path
) -> None:
    from training.train import Trainer

    made, prepared, root = ready
    Trainer(*ready, tmp_path, start).save()
    other = made.model_copy(update={"expectation": "more"})
    with pytest.raises(ModelError, match="prepared with another recipe") as caught:
        Trainer(other, prepared, root, tmp_path, start)
    assert caught.value.code == "model.recipe_invalid"
    again = prepared.model_copy(update={"recipe": other.sha256})
    with pytest.raises(ModelError, match="begun with another recipe") as caught:
        Trainer(other, again, root, tmp_path, start)
    assert caught.value.code == "model.recipe_invalid"


def test_a_kill_costs_no_more_than_the_epoch_it_was_in(
    ready: tuple[Recipe, PreparedSet, Path], start: bytes, tmp_path: Path
) -> None:
    """Four steps an epoch: killed in the second, it goes on where that one began."""
    make = _watched()
    run = make(*ready, tmp_path, start)
    run.dies_at = 5
    with pytest.raises(_KilledError):
        run.train(lambda _: None)
    assert make(*ready, tmp_path, start).progress.step == 4


def test_short_epochs_are_saved_now_and_then_and_none_is_left_out_for_good() -> None:
    from training.progress import APART, Saves

    saves = Saves(every=300.0, epoch=2)
    assert [saves.due(step) for step in (0, 1)] == [False, True]
    saves.done()
    assert [saves.due(step) for step in (2, 3, 4)] == [False, False, False]
    saves.saved -= APART
    assert saves.due(4)
    saves.done()
    saves.saved -= APART
    assert [saves.due(step) for step in (6, 7)] == [False, True]
    saves.done()
    saves.saved -= 301
    assert saves.due(8)


def test_a_run_does_not_change_its_set(ready: tuple[Recipe, PreparedSet, Path], start: bytes, tmp_path: Path) -> None:
    """Three photos fewer, by the same recipe; and a run from before runs named their set."""
    import torch

    from training.train import Trainer

    made, prepared, root = ready
    Trainer(*ready, tmp_path, start).save()
    before = (tmp_path / "last.pt").read_bytes()
    fewer = prepared.model_copy(update={"photos": prepared.photos[3:]})
    with pytest.raises(ModelError, match="begun with another set") as caught:
        Trainer(made, fewer, root, tmp_path, start)
    assert caught.value.code == "model.data_changed"
    assert (tmp_path / "last.pt").read_bytes() == before
    state = torch.load(tmp_path / "last.pt", weights_only=True)
    torch.save({name: value for name, value in state.items() if name != "digest"}, tmp_path / "last.pt")
    with pytest.raises(ModelError, match="did not name their set") as caught:
        Trainer(*ready, tmp_path, start)
    assert caught.value.code == "model.data_changed"


@pytest.mark.parametrize("kept", [0, 1, 100, 0.5, 0.999, "words", "list", "part"])
def test_a_run_whose_state_is_broken_says_so(
    ready: tuple[Recipe, PreparedSet, Path], start: bytes, tmp_path: Path, kept: float | str
) -> None:
    import torch

    from training.train import Trainer

    Trainer(*ready, tmp_path, start).save()
    path = tmp_path / "last.pt"
    content = path.read_bytes()
    if kept == "words":
        path.write_bytes(b"no checkpoint")
    elif isinstance(kept, str):
        torch.save([1] if kept == "list" else {"recipe": ready[0].sha256}, path)
    else:
        path.write_bytes(content[: int(kept if kept >= 1 else kept * len(content))])
    with pytest.raises(ModelError, match=r"last\.pt.*: begin a new run") as caught:
        Trainer(*ready, tmp_path, start)
    assert caught.value.code == "model.weights_unreadable"


@pytest.mark.parametrize("device", ["foo", "", "meta", "cuda:99", "cuda"])
def test_a_device_that_is_not_there_is_named(
    ready: tuple[Recipe, PreparedSet, Path], start: bytes, tmp_path: Path, device: str
) -> None:
    import torch

    from training.train import Trainer

    if device == "cuda" and torch.cuda.is_available():
        pytest.skip("this machine has one")
    with pytest.raises(ModelError) as caught:
        Trainer(*ready, tmp_path, start, device=device)
    assert caught.value.code == "model.device_unusable"


@pytest.mark.parametrize("workers", [1, 2])
def test_a_photo_that_cannot_be_decoded_ends_the_run_with_its_code_whoever_makes_pictures(
    ready: tuple[Recipe, PreparedSet, Path], start: bytes, tmp_path: Path, workers: int
) -> None:
    made, prepared, root = ready
    broken = prepared.photos[0]
    (root / broken.path).write_bytes(b"no picture")
    told = broken.model_copy(update={"sha256": hashlib.sha256(b"no picture").hexdigest()})
    frozen = made.model_copy(update={"start": hashlib.sha256(start).hexdigest()})
    spoiled = prepared.model_copy(update={"photos": (told, *prepared.photos[1:]), "recipe": frozen.sha256})
    (tmp_path / "set").mkdir()
    spoiled.write(tmp_path / "set")
    (tmp_path / "recipe.yaml").write_text(frozen.model_dump_json(), "utf-8")
    (tmp_path / "start.pt").write_bytes(start)
    named = {"prepared": "set", "data": root.name, "start": "start.pt", "run": "run", "workers": workers}
    words = [word for name, value in named.items() for word in (f"--{name}", str(value))]
    call = [sys.executable, "-m", "training", "train", "recipe.yaml", *words]
    path = {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        call, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=200, env={**os.environ, **path}
    )
    assert done.returncode == 1
    told_of = " ".join(done.stderr.split())
    assert f"model.data_unreadable: {broken.path}: cannot be decoded" in told_of
    assert "Traceback" not in told_of


def test_a_recipe_starts_from_one_checkpoint(recipe: MAKE, tmp_path: Path) -> None:
    from training.checkpoint import first_checkpoint

    (tmp_path / "start.pt").write_bytes(b"weights")
    made = recipe(TYPES, start=hashlib.sha256(b"weights").hexdigest())
    assert first_checkpoint(made, tmp_path / "start.pt") == b"weights"
    for changes, name, code in (
        ({}, "none.pt", "weights_missing"),
        ({"start": "1" * 64}, "start.pt", "weights_corrupt"),
    ):
        with pytest.raises(ModelError) as caught:
            first_checkpoint(made.model_copy(update=changes), tmp_path / name)
        assert caught.value.code == f"model.{code}"


def test_the_rate_warms_up_and_falls_along_a_cosine() -> None:
    from training.progress import rate

    schedule = Schedule(epochs=1, batch=1, size=32, rate=0.01, last_rate=0.1, warm_up=0.2)
    assert [rate(schedule, share) for share in (0, 0.1, 0.2, 0.6, 1)] == pytest.approx([0, 0.005, 0.01, 0.0055, 0.001])
    falling = [rate(schedule, 0.2 + 0.8 * step / 50) for step in range(51)]
    assert falling == sorted(falling, reverse=True)
    assert rate(schedule.model_copy(update={"warm_up": 0.0}), 0) == pytest.approx(0.01)


def test_a_budget_makes_time_the_end() -> None:
    from training.progress import Progress

    assert Progress(step=3, spent=100, steps=6, budget=None).share == 0.5
    assert Progress(step=3, spent=100, steps=6, budget=400).share == 0.25
    assert Progress(step=9, spent=900, steps=6, budget=400).share == 1.0
