"""``python -m training``: what the laboratory can do."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from inference.detector import Detector
from model.errors import ModelError
from model.registry import DEFAULT_MODEL, MANIFEST, shipped_weights

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
say = Console(stderr=True).print


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
def thresholds(
    data: Annotated[Path, typer.Option(help="folder with the annotated sets")],
    model: Annotated[Path, typer.Option(help="folder of the model")] = shipped_weights() / DEFAULT_MODEL,  # noqa: B008
    clean_limit: Annotated[float, typer.Option(min=0.0, max=1.0, help="share of clean cars a group may flag")] = 0.01,
) -> None:
    """Choose every label's threshold on validation photos and write thresholds and figures into the manifest."""
    from training.figures import measure
    from training.thresholds import apply, choose
    from training.validation import Validation

    detector = Detector.load(model)
    validation = Validation.run(detector, data)
    manifest = apply(detector.manifest, choose(detector.manifest, validation, clean_limit=clean_limit))
    manifest = manifest.model_copy(update={"metrics": measure(manifest, validation)})
    (model / MANIFEST).write_text(manifest.to_json(), "utf-8")
    for metric in manifest.metrics:
        say(f"{metric.name:24} {metric.value:.3f}  n={metric.n} {metric.unit}, {metric.data}")


def main() -> None:
    """Run a command; a coded error ends it with status 1 and its code."""
    try:
        app()
    except ModelError as error:
        say(f"[red]{error}[/red]")
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
