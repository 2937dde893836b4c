"""``python -m training``: what the laboratory can do."""

from math import inf
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from inference.detector import Detector
from model.errors import ModelError
from model.registry import DEFAULT_MODEL, shipped_weights
from training.label_commands import label
from training.pack_commands import COMMANDS as PACK
from training.ship_commands import COMMANDS

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
app.add_typer(label, name="label")
for command in (*COMMANDS, *PACK):
    app.command()(command)
say = Console(stderr=True).print


@app.command()
def prepare(
    recipe: Annotated[Path, typer.Argument(help="a YAML file; see training/recipes")],
    data: Annotated[Path, typer.Option(help="folder with the annotated sets")],
    out: Annotated[Path, typer.Option(help="folder of the prepared set")],
) -> None:
    """Turn annotated sets into one checked data set in the detector's labels."""
    from training.prepare_folder import write
    from training.recipe import Recipe

    report = write(Recipe.read(recipe), data, out)
    for item in report.photos:
        say(f"{item.folder:20} {item.scope:20} {item.split:6} {item.photos:5} photos {item.boxes:6} boxes")
    say(f"{len(report.leaks)} leaks settled. Look at {out / 'report.html'}")


@app.command()
def train(
    recipe: Annotated[Path, typer.Argument(help="the recipe that the set was prepared with")],
    prepared: Annotated[Path, typer.Option(help="folder of the prepared set")],
    data: Annotated[Path, typer.Option(help="folder with the annotated sets")],
    start: Annotated[Path, typer.Option(help="the first checkpoint; its sha256 is in the recipe")],
    run: Annotated[Path, typer.Option(help="folder of this run; a killed run goes on there")],
    budget_minutes: Annotated[float | None, typer.Option(min=0.1, help="fit the schedule into this time")] = None,
    device: Annotated[str, typer.Option(help="cpu, or cuda")] = "cpu",
    workers: Annotated[int, typer.Option(min=1, help="processes that make pictures; 1: a thread")] = 1,
    pause_minutes: Annotated[
        float | None, typer.Option(min=0.1, help="save and stop then; a later call goes on")
    ] = None,
) -> None:
    """Train, or go on training; ends with RUN/NAME.pt."""
    from training.prepared import PreparedSet
    from training.recipe import Recipe
    from training.train import Trainer, first_checkpoint

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
    name: Annotated[str, typer.Option(help="which entry of data/taxonomy.yaml its labels follow")] = DEFAULT_MODEL,
    version: Annotated[str, typer.Option(help="version written into the manifest")] = "0.1",
    out: Annotated[Path, typer.Option(help="folder of models")] = shipped_weights(),  # noqa: B008
    size: Annotated[int, typer.Option(help="longest side of the network's picture")] = 512,
    half: Annotated[bool, typer.Option(help="store weights as float16")] = True,
) -> None:
    """Turn a checkpoint into an ONNX file with a manifest; thresholds stay uncalibrated."""
    from training.export import ExportRecipe
    from training.export import export as run

    manifest = run(checkpoint, out, ExportRecipe(name=name, version=version, size=size, half=half))
    say(f"{manifest.reference}: {manifest.weights.bytes / 1e6:.1f} MB. Next: python -m training thresholds")


@app.command()
def evaluate(
    model: Annotated[Path, typer.Argument(help="folder of the model")],
    data: Annotated[Path, typer.Option(help="folder with the annotated sets")],
    out: Annotated[Path, typer.Option(help="folder of the report; its page carries photos, keep it under build/")],
    labels: Annotated[Path | None, typer.Option(help="this project's labels, if not those it ships")] = None,
    final: Annotated[bool, typer.Option(help="test photos too: once for a promoted model, never to choose")] = False,
    quick: Annotated[bool, typer.Option(help="fewer resamples, no robustness")] = False,
) -> None:
    """Judge a model on validation photos: figures with intervals as JSON, and a page to read."""
    from data.own_labels import own_labels
    from training.evaluate import write

    evaluation = write(Detector.load(model), data, out, own=own_labels(labels), final=final, quick=quick)
    say(f"{len(evaluation.figures)} figures of {evaluation.model} in {out / 'evaluation.html'}")


@app.command("leave-out")
def leave_out(
    without: Annotated[Path, typer.Argument(help="folder of the detector whose recipe holds the source out")],
    with_source: Annotated[Path, typer.Argument(help="folder of its twin that learned from the source")],
    source: Annotated[str, typer.Option(help="folder of the source, such as damaged_unlabelled")],
    data: Annotated[Path, typer.Option(help="folder with the annotated sets")],
    prepared: Annotated[Path, typer.Option(help="prepared set of either: which photos are validated on")],
    labels: Annotated[Path | None, typer.Option(help="this project's labels, if not those it ships")] = None,
) -> None:
    """How much AP50 is kept on photos from a source never trained on, as a table on standard output."""
    from data.own_labels import own_labels
    from training.left_out import leave_out as run
    from training.left_out import lines
    from training.prepared import PreparedSet

    pair = Detector.load(without), Detector.load(with_source)
    for line in lines(run(*pair, source, data, own_labels(labels), PreparedSet.read(prepared))):
        typer.echo(line)


@app.command("photo-limits")
def photo_limits(data: Annotated[Path, typer.Argument(help="folder with the annotated sets")]) -> None:
    """Where the limits of data/rules/quality.yaml come from, as tables on standard output."""
    from claims.rulebook import Rulebook
    from training.photo_limits import measure

    measure(Detector.load(shipped_weights() / DEFAULT_MODEL), Rulebook.load(), data)


@app.command("severity-check")
def severity_check(data: Annotated[Path, typer.Argument(help="folder with the annotated sets")]) -> None:
    """How far computed severities agree with annotators', as a table on standard output."""
    from claims.rulebook import Rulebook
    from training.severity_check import print_table

    print_table(Detector.load(shipped_weights() / DEFAULT_MODEL), Rulebook.load(), data)


@app.command("part-check")
def part_check(
    data: Annotated[Path, typer.Argument(help="folder with the annotated sets")],
    prepared: Annotated[Path, typer.Option(help="folder of the prepared set: which photos are validated on")],
    model: Annotated[list[Path] | None, typer.Option(help="folder of a detector, as often as there are some")] = None,
    split: Annotated[str, typer.Option(help="val; train to work on the rules")] = "val",
) -> None:
    """How often attribution names the right part and side, as tables on standard output."""
    from claims.rulebook import Rulebook
    from data.own_labels import own_labels
    from training.part_check import drawn_photos, print_tables
    from training.prepared import PreparedSet

    drawn = drawn_photos(PreparedSet.read(prepared), own_labels(), data, split)
    print_tables(drawn, [Detector.load(one) for one in model or ()], Rulebook.load().consolidate)


@app.command("part-layout")
def part_layout(
    prepared: Annotated[Path, typer.Argument(help="folder of the prepared set: which photos are trained on")],
) -> None:
    """Where parts lie, seen from their neighbours: the layout of data/rules/consolidate.yaml, on standard output."""
    from data.own_labels import own_labels
    from training.part_check import wholly_drawn
    from training.part_layout import layout, yaml_lines
    from training.prepared import PreparedSet

    own, photos = own_labels(), PreparedSet.read(prepared).of("train")
    typer.echo(yaml_lines(layout(own[photo.sha256] for photo in photos if wholly_drawn(photo))), nl=False)


def main() -> None:
    """Run a command; a coded error ends it with status 1 and its code."""
    try:
        app()
    except ModelError as error:
        say(f"[red]{error}[/red]")
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
