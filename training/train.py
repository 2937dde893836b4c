"""The training loop: a recipe, a prepared set and a first checkpoint become a better one. Killed runs go on.

RUN/last.pt          network, its moving average, optimiser, step, time spent, hash of the recipe, digest of the set
RUN/log.jsonl        one line every few steps
RUN/NAME.pt          the averaged network, in the shape that Ultralytics and ``export`` load
"""

import json
import math
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import torch

from data.taxonomy import read_taxonomy
from inference.backends.torch import load_network
from model.errors import ModelError
from training.checkpoint import read_state, write_checkpoint
from training.devices import device_of
from training.grouped_head import grow
from training.partial_labels import PartialLabelLoss, Targets
from training.prepared import PreparedSet
from training.progress import Progress, Saves, rate, steps_of
from training.recipe import Recipe, Schedule
from training.samples import Samples, batches, steps_in_epoch
from training.shown import Chosen, by_processes, by_thread

EVERY = 20
"""Steps between lines of the log."""


class Trainer:
    """One run in one folder."""

    def __init__(
        self,
        recipe: Recipe,
        prepared: PreparedSet,
        root: Path,
        run: Path,
        start: bytes,
        *,
        budget: float | None = None,
        device: str = "cpu",
        workers: int = 1,
    ) -> None:
        """``start``: the first checkpoint, ignored when the run has a ``last.pt``. ``budget`` in seconds.

        ``workers``: processes that make pictures; with 1 a thread does.
        """
        if prepared.recipe != recipe.sha256:
            raise ModelError("recipe_invalid", "the set was prepared with another recipe: run prepare again")
        self.recipe, self.digest = recipe, prepared.digest
        self.run, self.device, self.workers = run, device_of(device), workers
        torch.backends.cudnn.benchmark = True  # every step has pictures of one size
        meanings = read_taxonomy(recipe.name)
        self.samples = Samples(prepared, root, recipe.schedule.size, meanings)
        groups = [str(meaning.group) for meaning in meanings.values()]
        self.network = grow(load_network(start), prepared.labels, groups, recipe.similar).to(self.device)
        self.network.to(memory_format=torch.channels_last)
        self.average = deepcopy(self.network).eval().requires_grad_(False)
        self.network.requires_grad_(True)  # a checkpoint holds an average, whose weights came frozen
        self.optimiser = _optimiser(self.network, recipe.schedule)
        steps = steps_of(recipe.schedule, len(self.samples))
        self.progress = Progress(step=0, spent=0.0, steps=steps, budget=budget)
        self._resume()
        self.followed = _pairs(self.average, self.network)
        self.loss = PartialLabelLoss(self.network, recipe.gains)

    def train(self, say: Callable[[str], None], *, save_every: float = 300.0, pause: float = math.inf) -> Path:
        """Train to the end of the schedule. Returns the finished checkpoint.

        Saves after each epoch, the first one at once and others at least ``APART`` seconds after the last save, and
        every ``save_every`` seconds: a stop costs an epoch at most, or ``APART`` seconds where that is more.

        ``pause``: seconds after which to save and stop before that end; the next call goes on from there. Raises
        ``ModelError`` ``model.loss_not_finite``, which names epoch and step, from 0, and the photos; the next call goes
        on from what was saved before.
        """
        if self.progress.share >= 1.0:
            return self.finished
        self.network.train()
        began = time.monotonic()
        saving = Saves(every=save_every, epoch=steps_in_epoch(self.samples, self.recipe.schedule.batch))
        already = self.progress.spent
        for step, pictures, targets in self._shown():
            terms = self._step(pictures, targets)
            self.progress.step, self.progress.spent = step + 1, already + time.monotonic() - began
            if step % EVERY == 0:
                say(self._log(terms))
            if self.progress.share >= 1.0 or time.monotonic() - began >= pause:
                break
            if saving.due(step):
                self.save()
                saving.done()
        self.save()
        return self.finished

    @property
    def finished(self) -> Path:
        """Where the averaged network is."""
        return self.run / f"{self.recipe.name}.pt"

    def _step(self, pictures: torch.Tensor, targets: Targets) -> dict[str, float]:
        schedule = self.recipe.schedule
        for group in self.optimiser.param_groups:
            group["lr"] = rate(schedule, self.progress.share)
        photos = pictures.to(self.device, non_blocking=True).contiguous(memory_format=torch.channels_last).float() / 255
        with torch.autocast(self.device.type, dtype=torch.bfloat16):
            raw = self.network(photos)
        loss, terms = self.loss(raw, targets.to(self.device))
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(self.network.parameters(), 10.0)
        self.optimiser.step()
        self._follow()
        self._check(float(loss.detach()), float(norm))
        return {"loss": float(loss.detach()) / len(pictures), **terms}

    def _check(self, loss: float, gradient: float) -> None:
        """After the step, when a GPU need not be waited for twice: such a network is never saved."""
        if math.isfinite(loss) and math.isfinite(gradient):
            return
        schedule, step = self.recipe.schedule, self.progress.step
        epoch = step // steps_in_epoch(self.samples, schedule.batch)
        _, chosen = next(batches(self.samples, batch=schedule.batch, seed=schedule.seed, first=step))
        shown = tuple(self.samples.photos[index].path for index, _ in chosen)
        where = f"at {', '.join(shown)} and what was mixed into them"
        text = f"epoch {epoch}, step {step}: loss {loss}, gradient {gradient}, {where}"
        raise ModelError("loss_not_finite", text, epoch=epoch, step=step, photos=shown)

    @torch.no_grad()
    def _follow(self) -> None:
        """Move the average towards the network; quickly at first."""
        keep = self.recipe.schedule.average * (1 - math.exp(-(self.progress.step + 1) / 200))
        for value, now in self.followed:
            if value.dtype.is_floating_point:
                value.lerp_(now, 1 - keep)
            else:
                value.copy_(now)

    def _shown(self) -> Iterator[tuple[int, torch.Tensor, Targets]]:
        """Batches, made ahead of the network; the same pictures in the same order whoever makes them."""
        if self.workers == 1:
            return by_thread(self.samples, self.recipe.augment, self._chosen())
        pin = self.device.type == "cuda"
        return by_processes(self.samples, self.recipe.augment, self._chosen(), workers=self.workers, pin=pin)

    def _chosen(self) -> Iterator[Chosen]:
        """What to show from this step on. With a budget the clock says from which step on pictures are plain."""
        schedule = self.recipe.schedule
        steps = batches(self.samples, batch=schedule.batch, seed=schedule.seed, first=self.progress.step)
        for step, chosen in steps:
            share = self.progress.share if self.progress.budget else step / self.progress.steps
            plain = share > 1 - schedule.plain
            yield step, [(index, random, plain) for index, random in chosen]

    def _log(self, terms: dict[str, float]) -> str:
        line = {
            "step": self.progress.step,
            "minutes": round(self.progress.spent / 60, 2),
            "share": round(self.progress.share, 4),
            **{name: round(value, 4) for name, value in terms.items()},
        }
        with (self.run / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        return json.dumps(line)

    def save(self) -> None:
        """Write both checkpoints. The run goes on from ``last.pt``, so that one comes last: a kill before it does the
        steps since the old one again, and a run that is over has the network of its end."""
        state = {
            "recipe": self.recipe.sha256,
            "digest": self.digest,
            "step": self.progress.step,
            "spent": self.progress.spent,
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }
        shipped = deepcopy(self.average).to("cpu").half()
        said = {"recipe": self.recipe.sha256, "digest": self.digest}
        write_checkpoint(self.finished, {"model": shipped, "ema": None, **said})
        write_checkpoint(self.run / "last.pt", state)

    def _resume(self) -> None:
        """Go on from ``last.pt``. Raises ``ModelError``: ``model.recipe_invalid`` when it is another recipe's,
        ``model.data_changed`` when it is another set's or names none, ``model.weights_unreadable`` when it is broken.
        """
        self.run.mkdir(parents=True, exist_ok=True)
        if not (self.run / "last.pt").exists():
            return
        state = read_state(self.run / "last.pt", self.device)
        if state["recipe"] != self.recipe.sha256:
            raise ModelError("recipe_invalid", f"{self.run.name} was begun with another recipe")
        if state.get("digest") != self.digest:
            begun = "with another set" if "digest" in state else "when runs did not name their set"
            raise ModelError("data_changed", f"{self.run.name} was begun {begun}: begin a new run")
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.progress.step, self.progress.spent = state["step"], state["spent"]


def _pairs(average: Any, network: Any) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Each tensor of the average with the network's. Both are only ever changed in place, so the pairs stay true."""
    now = network.state_dict()
    return [(value, now[name]) for name, value in average.state_dict().items()]


def _optimiser(network: Any, schedule: Schedule) -> torch.optim.Optimizer:
    """AdamW; biases and normalisation do not decay."""
    decays = [p for p in network.parameters() if p.requires_grad and p.dim() > 1]
    others = [p for p in network.parameters() if p.requires_grad and p.dim() <= 1]
    groups = [{"params": decays, "weight_decay": schedule.weight_decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=schedule.rate, betas=(0.9, 0.999))
