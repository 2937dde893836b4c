"""``python -m training``: what the laboratory can do."""

from math import inf
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from inference.detector import Detector
from model.errors import ModelError
from model.registry import DEFAULT_MODEL
from training.card_commands import COMMANDS as CARD
from training.label_commands import label
from training.pack_commands import COMMANDS as PACK
from training.ship_commands import COMMANDS
from training.study_commands import COMMANDS as STUDY

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
app.add_typer(label, name="label")
for command in (*COMMANDS, *PACK, *STUDY, *CARD):
    app.command(command.__name__.replace("_", "-"))(command)
say = Console(stderr=True).print


@app.command()
def prepare(
    recipe: Annotated[Path, typer.Argument(help="a YAML file; see training/recipes")],
    data: Annotated[Path, typer.Option(help="folder with the annotated sets")],
    out: Annotated[Path, typer.Option(help="folder of the prepared set")],
    settle_leaks: Annotated[
        bool,
        typer.Option("--settle-leaks", help="put pictures that the sets have on several sides on one"),
    ] = False,
    leave_out_unusable: Annotated[
        bool, typer.Option("--leave-out-unusable", help="leave photos out for groups with a box below a pixel")
    ] = False,
) -> None:
    """Turn annotated sets into one checked data set in the detector's labels; refuse them when they cannot be."""
    from training.prepare_folder import write
    from training.recipe import Recipe

    frozen = Recipe.read(recipe)
    report = write(frozen, data, out, settle_leaks=settle_leaks, leave_out_unusable=leave_out_unusable)
    for item in report.photos:
        say(f"{item.folder:20} {item.scope:20} {item.split:6} {item.photos:5} photos {item.boxes:6} boxes")
    say(f"{len(report.leaks)} leaks settled: copies of a picture are on one side")
    say(f"{report.unusable.count} boxes of less than a pixel: their photos are left out for those groups of labels")
    say(f"digest {report.digest}. Look at {out / 'report.html'}")


@app.command()
def train(
    recipe: Annotated[Path, typer.Argument(help="the recipe that the set was prepared with")],
    prepared: Annotated[Path, typer.Option(help="folder of the prepared set")],
    data: Annotated[Path, typer.Option(help="folder with the annotated sets")],
    start: Annotated[Path, typer.Option(help="the first checkpoint; its sha256 is in the recipe")],
    run: Annotated[Path, typer.Option(help="folder of this run; a killed run goes on there")],
    budget_minutes: Annotated[float | None, typer.Option(min=0.1, help="fit the schedule into this time")] = None,
    device: Annotated[str, typer.Option(help="cpu, or cuda, or cuda:N")] = "cpu",
    workers: Annotated[int, typer.Option(min=1, help="processes that make pictures; 1: a thread")] = 1,
    pause_minutes: Annotated[
        float | None, typer.Option(min=0.1, help="save and stop then; a later call goes on")
    ] = None,
) -> None:
    """Train, or go on training; ends with RUN/NAME.pt."""
    from training.checkpoint import first_checkpoint
    from training.prepared import PreparedSet
    from training.recipe import Recipe
    from training.train import Trainer

    frozen = Recipe.read(recipe)
    budget = None if budget_minutes is None else budget_minutes * 60
    trainer = Trainer(
        frozen,
        PreparedSet.read(prepared),
        data,
        run,
        first_checkpoint(frozen, start),
        budget=budget,
        device=device,
        workers=workers,
    )
    say(str(trainer.train(say, pause=inf if pause_minutes is None else pause_minutes * 60)))


@app.command()
def average(
    checkpoints: Annotated[
        list[Path], typer.Argument(help="trained .pt files of your own, each gone on from the last")
    ],
    out: Annotated[Path, typer.Option(help="the .pt file to write")],
    share: Annotated[list[float] | None, typer.Option(help="of each, in their order; default: equal")] = None,
) -> None:
    """Write the mean of trained checkpoints."""
    from training.weight_average import average as run

    run(checkpoints, share or [1.0] * len(checkpoints), out)
    say(str(out))


@app.command()
def export(
    checkpoint: Annotated[Path, typer.Argument(help="a trained .pt file")],
    out: Annotated[Path, typer.Option(help="folder of candidates, such as build/candidates")],
    name: Annotated[str, typer.Option(help="which entry of data/taxonomy.yaml its labels follow")] = DEFAULT_MODEL,
    version: Annotated[str, typer.Option(help="version written into the manifest")] = "0.1",
    size: Annotated[int, typer.Option(help="longest side of the network's picture")] = 512,
    half: Annotated[bool, typer.Option(help="store weights as float16")] = True,
) -> None:
    """Turn a checkpoint into an ONNX file with a manifest; thresholds stay uncalibrated.

    It takes seconds, so nothing is remembered: killed, it leaves the old detector or the new one, and is called again.
    """
    from training.export import ExportRecipe
    from training.export import export as run

    manifest = run(checkpoint, out, ExportRecipe(name=name, version=version, size=size, half=half))
    say(f"{manifest.reference}: {manifest.weights.bytes / 1e6:.1f} MB. Next: python -m training calibrate {out / name}")


@app.command()
def evaluate(
    model: Annotated[Path, typer.Argument(help="folder of the model")],
    data: Annotated[Path, typer.Option(help="folder with the annotated sets")],
    out: Annotated[Path, typer.Option(help="folder of the report; its page carries photos, keep it under build/")],
    labels: Annotated[Path | None, typer.Option(help="this project's labels, if not those it ships")] = None,
    final: Annotated[bool, typer.Option(help="test photos too: once for a promoted model, never to choose")] = False,
    quick: Annotated[bool, typer.Option(help="fewer resamples, no robustness")] = False,
) -> None:
    """Judge a model on validation photos: figures with intervals as JSON, and a page to read. Killed, it goes on."""
    from data.own_labels import own_labels
    from training.evaluate import write

    evaluation = write(Detector.load(model), data, out, own=own_labels(labels), final=final, quick=quick)
    say(f"{len(evaluation.figures)} figures of {evaluation.model} in {out / 'evaluation.html'}")


def main() -> None:
    """Run a command; a coded error ends it with status 1 and its code."""
    try:
        app()
    except ModelError as error:
        say(f"[red]{error}[/red]")
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
