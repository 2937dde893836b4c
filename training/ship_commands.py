"""What happens to a trained detector before it ships: calibrate, thresholds, quantize, promote, in this order."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from inference.detector import Detector
from model.registry import DEFAULT_MODEL, shipped_weights
from training.model_folder import changed, refuse_promoted

say = Console(stderr=True).print

Model = Annotated[Path, typer.Argument(help="folder of the model")]
Data = Annotated[Path, typer.Option(help="folder with the annotated sets")]
Prepared = Annotated[Path | None, typer.Option(help="the prepared set it was trained on: what it has seen")]
Studies = Annotated[
    list[Path] | None, typer.Option(help="a file of leave-out or part-check, as often as there are some")
]
Out = Annotated[Path | None, typer.Option(help="folder for the changed detector, if not the model's own")]
Labels = Annotated[Path | None, typer.Option(help="this project's labels, if not those it ships")]


def calibrate(model: Model, data: Data, prepared: Prepared = None, labels: Labels = None, out: Out = None) -> None:
    """Fit scores to probabilities on unseen validation photos and write the curves into the manifest. Killed, it goes
    on."""
    from data.own_labels import own_labels
    from training.calibrate import applied, bare
    from training.calibrate import calibrate as run
    from training.prepared import PreparedSet
    from training.remembered import Remembering

    target = _target(model, out)
    detector, seen = Detector.load(model, quantised=False), PreparedSet.read(prepared) if prepared else None
    looking = Remembering(Detector(bare(detector.manifest), detector.backend), target)
    done = run(looking, data, own_labels(labels), seen, floor=detector.manifest.output.score_floor)
    for item in done.groups:
        before, after = item.error_before, item.error_after
        say(f"{item.group:14} error {before.value:.3f} → {after.value:.3f} ({after.low:.3f} to {after.high:.3f})")
        say(f"{'':14} {item.reports} reports on {item.photos} photos: {item.data}; {item.curve}", style="dim")
    for group, why in done.left_out.items():
        say(f"{group:14} [yellow]stays as it is: {why}[/yellow]")
    changed(model, target, applied(detector.manifest, done.groups))
    looking.forget()
    say("Thresholds are gone with the old scores. Next: python -m training thresholds")


def thresholds(
    data: Data,
    model: Annotated[Path, typer.Option(help="folder of the model")],
    clean_limit: Annotated[float, typer.Option(min=0.0, max=1.0, help="share of clean cars a group may flag")] = 0.01,
    prepared: Prepared = None,
    labels: Labels = None,
    out: Out = None,
) -> None:
    """Choose every label's threshold on validation photos and write thresholds and figures into the manifest. Killed,
    it goes on."""
    from data.own_labels import own_labels
    from training.figures import measure
    from training.prepared import PreparedSet
    from training.remembered import Remembering
    from training.thresholds import apply, choose
    from training.validation import Validation

    target = _target(model, out)
    detector = Remembering(Detector.load(model, quantised=False), target)
    seen = PreparedSet.read(prepared) if prepared else None
    validation = Validation.run(detector, data, own_labels(labels), seen)
    manifest = apply(detector.manifest, choose(detector.manifest, validation, clean_limit=clean_limit))
    metrics = measure(manifest, validation)
    changed(model, target, manifest.model_copy(update={"metrics": metrics}))
    detector.forget()
    for metric in metrics:
        say(f"{metric.name:24} {metric.value:.3f}  n={metric.n} {metric.unit}, {metric.data}")


def quantize(
    model: Model,
    data: Data,
    out: Out = None,
    photos: Annotated[int, typer.Option(min=1, help="training photos that the ranges are taken from")] = 300,
    labels: Labels = None,
) -> None:
    """Make the 8-bit copy for OpenVINO, and measure what it loses and gains. Killed, it goes on; only the one copy in
    work is begun anew."""
    from data.own_labels import own_labels
    from training.quantize import quantize as run

    manifest = run(model, data, _target(model, out), own=own_labels(labels), photos=photos)
    made = manifest.quantised
    for figure in made.figures if made else ():
        say(f"{figure.name:24} {figure.full:.3f} → {figure.quantised:.3f}  n={figure.n}, {figure.data}")
    if made:
        verdict = "[green]served by OpenVINO[/green]" if made.pays else "[yellow]kept, but not served[/yellow]"
        say(f"{made.speed_up:.2f} times as fast on {made.measured_on}, loses {made.loss:.3f} at most: {verdict}")


def promote(
    candidate: Annotated[Path, typer.Argument(help="folder of the candidate")],
    data: Data,
    into: Annotated[Path, typer.Option(help="folder of the shipped models")] = shipped_weights(),  # noqa: B008
    card: Annotated[Path, typer.Option(help="the model card to write")] = Path("docs/model-card.md"),
    recipe: Annotated[Path | None, typer.Option(help="the recipe that it should have been trained with")] = None,
    study: Studies = None,
    labels: Labels = None,
    final: Annotated[bool, typer.Option(help="read the test photos, once, for the record")] = False,
    quick: Annotated[bool, typer.Option(help="no robustness in the card")] = False,
) -> None:
    """Let the candidate replace the shipped detector, if it is better and nowhere clearly worse."""
    from data.own_labels import own_labels
    from training.promote import Request
    from training.promote import promote as run

    request = Request(
        candidate=candidate,
        data=data,
        into=into,
        card=card,
        recipe=recipe,
        studies=tuple(study or ()),
        final=final,
        quick=quick,
    )
    verdict = run(request, own_labels(labels))
    for line in verdict.table:
        say(line)
    if not verdict.promoted:
        for reason in verdict.reasons:
            say(f"[red]{reason}[/red]")
        raise typer.Exit(1)
    say(f"[green]promoted[/green]: {into / 'shipped.yaml'} names it; the card is {card}")


def card(
    model: Annotated[Path, typer.Argument(help="folder of a promoted model")] = shipped_weights() / DEFAULT_MODEL,  # noqa: B008
    card: Annotated[Path, typer.Option(help="the model card to write")] = Path("docs/model-card.md"),
    study: Studies = None,
) -> None:
    """Write the model card anew from a promoted model's papers, with further studies; no photo is looked at."""
    from training.promote import rewrite_card

    rewrite_card(model, card, study or ())
    say(str(card))


def _target(model: Path, out: Path | None) -> Path:
    """Where the changed detector goes. Raises as ``refuse_promoted``, before hours of judging."""
    target = out or model
    refuse_promoted(target)
    return target


COMMANDS = (calibrate, thresholds, quantize, promote, card)
