"""The gate between a trained detector and the one that ships; see ``training/promotion.yaml`` for what it asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from data.own_labels import LabelledPhoto
from inference.detector import Detector, PhotoDetector
from model.beside import EVALUATION as EVALUATION
from model.beside import files_of
from model.errors import ModelError
from model.manifest import Manifest, Metric
from model.papers import Interval, Promotion
from model.registry import SHIPPED, default_model, load_weights, model_dir, read_verified, ship, verify
from training.evaluate import evaluate
from training.evaluation import Evaluation, Figure
from training.evaluation_photos import mark_all
from training.evaluation_sets import observe, photo_sets
from training.gate import Decision, Looked, decide
from training.model_card import card_of
from training.model_folder import promoted_from, put
from training.promotion_policy import PromotionPolicy
from training.recipe import Recipe
from training.remembered import Remembering, forget_all
from training.studies import drop_studies, put_studies, studies_about, studies_of
from training.whole_files import replace

MAIN = ("part", "damage", "damaged_part", "damage of any kind")
"""What the manifest's figures of average precision speak about, apart from scratch, dent and broken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Folders and choices of one promotion. ``final``: read the test photos, once, for the record; ``studies``: files
    that go beside the model and onto its card."""

    candidate: Path
    data: Path
    into: Path
    card: Path
    recipe: Path | None = None
    studies: tuple[Path, ...] = ()
    final: bool = False
    quick: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """``reasons``: why not; none when promoted. ``table``: one line for each compared figure."""

    reasons: tuple[str, ...]
    table: tuple[str, ...]

    @property
    def promoted(self) -> bool:
        """Whether the candidate ships now."""
        return not self.reasons


def promote(request: Request, own: Mapping[str, LabelledPhoto]) -> Verdict:
    """Compare, and on success write model, default and card. Raises ``ModelError`` for what is unsound or unreadable.

    A call that was killed left its answers beside the candidate: the next one goes on from there. Where it was killed
    between model and card, the next one writes the card alone.
    ``model.recipe_mismatch``: ``request.recipe`` is not the one that trained the candidate;
    ``model.figures_mismatch``: one of ``request.studies`` is of another detector. Nothing is written when there is a
    reason against it; the test photos are not looked at before that is known.
    """
    policy = PromotionPolicy.load()
    papers = verify(request.candidate)
    if request.recipe is not None:
        _check_recipe(papers, request.recipe)
    studies_about(papers, request.studies)
    reasons = missing_papers(papers)
    if reasons:
        return Verdict(reasons=reasons, table=())
    shipped = model_dir(request.into, default_model(request.into))
    if promoted_from(papers, load_weights(shipped).manifest):
        rewrite_card(shipped, request.card, request.studies)
        forget_all(request.candidate)
        return Verdict(reasons=(), table=())
    detectors = [Remembering(Detector.load(folder), request.candidate) for folder in (request.candidate, shipped)]
    looked = [_look(detector, request.data, own) for detector in detectors]
    decision = decide(looked[0], looked[1], policy)
    if not decision.reasons:
        publish(request, papers, looked[1].manifest.reference, decision, policy, own)
    for detector in detectors:
        detector.forget()
    return Verdict(reasons=decision.reasons, table=decision.table)


def missing_papers(manifest: Manifest) -> tuple[str, ...]:
    """What a manifest must say before its detector may ship."""
    wanted = {
        "thresholds were never chosen: python -m training thresholds": manifest.thresholds is not None,
        "scores were never calibrated: python -m training calibrate": bool(manifest.calibration),
        "its checkpoint named no recipe: export one that train or average wrote": manifest.recipe is not None,
    }
    return tuple(reason for reason, found in wanted.items() if not found)


def main_figures(evaluation: Evaluation) -> tuple[Metric, ...]:
    """The figures that go into the manifest: of whole groups and of the kinds of damage, not of every label."""
    return tuple(_metric(figure) for figure in evaluation.figures if _is_main(figure.name))


def _is_main(name: str) -> bool:
    of = (*MAIN, "scratch", "dent", "broken")
    counted = {f"{figure} {thing}" for figure in ("AP50", "AP") for thing in of}
    counted |= {f"{figure} {group}" for figure in ("precision", "recall", "calibration error") for group in MAIN}
    counted |= {"damaged photos flagged", "clean photos flagged", "left and right swapped"}
    return name in counted or name.startswith("ROC AUC") or " kept, " in name


def _metric(figure: Figure) -> Metric:
    return Metric(**figure.model_dump(exclude={"better"}))


def _look(detector: PhotoDetector, root: Path, own: Mapping[str, LabelledPhoto]) -> Looked:
    observed = observe(detector, photo_sets(detector.manifest, root, own, final=False))
    return Looked(
        manifest=detector.manifest, observed={item.data: item for item in observed}, marked=mark_all(observed)
    )


def _check_recipe(manifest: Manifest, recipe: Path) -> None:
    stated = Recipe.read(recipe).sha256
    if manifest.recipe != stated:
        trained = "its checkpoint names none" if manifest.recipe is None else f"its own is {manifest.recipe[:12]}…"
        raise ModelError("recipe_mismatch", f"{manifest.name}: {recipe.name} is {stated[:12]}…, {trained}")


def publish(
    request: Request,
    papers: Manifest,
    over: str,
    decision: Decision,
    policy: PromotionPolicy,
    own: Mapping[str, LabelledPhoto],
) -> None:
    """Judge once more and write. The manifest is sealed: a changed hash, label or figure is noticed."""
    detector = Remembering(Detector.load(request.candidate), request.candidate)
    evaluation = evaluate(detector, request.data, own=own, final=request.final, quick=request.quick)
    gain = Interval(**{name: round(getattr(decision.gain, name), 4) for name in ("value", "low", "high")})
    promotion = Promotion(
        over=over,
        policy=policy.sha256,
        score=round(decision.score, 4),
        gain=gain,
        evaluation=evaluation.file,
    )
    update = {"metrics": main_figures(evaluation), "promotion": promotion, "seal": None}
    manifest = Manifest.model_validate(dict(papers.model_copy(update=update))).sealed()
    write(request, manifest, evaluation, policy)


def write(request: Request, manifest: Manifest, evaluation: Evaluation, policy: PromotionPolicy) -> None:
    """Model with its evaluation, card and, last of all, default: a kill leaves the old detector shipped or the new one.

    The card names the weights that it is of; where old and new share a name, a kill may part model and card.
    Raises ``ModelError`` ``model.figures_mismatch`` for a study of another detector, before anything is written.
    """
    folder = request.into / manifest.name
    files = {ref.file: read_verified(request.candidate / ref.file, ref) for ref in files_of(manifest)}
    files[EVALUATION] = evaluation.to_json().encode()
    studies = studies_about(manifest, request.studies)
    drop_studies(folder)
    put_studies(folder, studies)
    written = put(folder, manifest, files)
    verify(folder)
    replace(request.card, card_of(written, evaluation, policy, studies_of(folder)).encode())
    _ship(request.into, written.name)


def rewrite_card(model: Path, card: Path, studies: Sequence[Path] = ()) -> None:
    """The card of a promoted model anew, from the papers beside it; ``studies`` are added to those first.

    Looks at no photo. Raises ``ModelError``: ``model.not_promoted``; ``model.figures_mismatch`` when manifest and
    evaluation are not of one promotion or a study is of another detector; ``model.data_unreadable``.
    """
    manifest = verify(model)
    if manifest.promotion is None:
        raise ModelError("not_promoted", f"{manifest.reference} has no card: python -m training promote")
    evaluation = Evaluation.read(model / manifest.promotion.evaluation.file)
    if manifest.metrics != main_figures(evaluation):
        raise ModelError("figures_mismatch", f"{manifest.reference}: its evaluation says otherwise than its manifest")
    put_studies(model, studies_about(manifest, studies))
    replace(card, card_of(manifest, evaluation, PromotionPolicy.load(), studies_of(model)).encode())


def _ship(root: Path, name: str) -> None:
    """As ``registry.ship``, in one go."""
    with TemporaryDirectory() as aside:
        ship(Path(aside), name)
        replace(root / SHIPPED, (Path(aside) / SHIPPED).read_bytes())
