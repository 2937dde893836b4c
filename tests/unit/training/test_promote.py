"""Promotion writes what can be checked, or nothing."""

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from inference.detector import Detector
from model.errors import ModelError
from model.manifest import FileRef, Manifest
from model.papers import Calibration, Curve, Interval, Promotion
from model.registry import DEFAULT_MODEL, MANIFEST, default_model, load_weights, ship, shipped_weights, verify
from model.vocabulary import LabelGroup
from training.__main__ import app
from training.bootstrap import Estimate
from training.evaluation import Evaluation, Figure
from training.gate import Decision
from training.model_card import card_of
from training.promote import EVALUATION, Request, main_figures, missing_papers, promote, publish, rewrite_card, write
from training.promotion_policy import PromotionPolicy
from training.studies import DETECTOR, Study, studies_of

OLD = shipped_weights() / "joint-v0"
CARD = Path(__file__).parents[3] / "docs" / "model-card.md"
BARE = Manifest.read(OLD / MANIFEST)
PAPERS = {"rules": "consolidate 1", "photos": "own val"}
GAIN = Interval(value=0.2, low=0.1, high=0.3)
SURE = Decision(reasons=(), score=0.5, gain=Estimate(value=0.2, low=0.1, high=0.3), table=())


def _papers() -> Manifest:
    none = Interval(value=0.02, low=0.01, high=0.03)
    calibration = Calibration(
        group=LabelGroup.PART,
        curve=Curve(slope=1.1),
        reports=9,
        photos=5,
        data="x",
        error_before=none,
        error_after=none,
    )
    return BARE.model_copy(update={"calibration": (calibration,), "recipe": "a" * 64, "version": "0.2"})


@pytest.fixture
def root(draw: Any, photo: Any) -> Path:
    hood = [("hood", 5, 5, 40, 40)]
    parts = [photo(name=f"p{i}.png", seed=i, boxes=hood, split="train" if i else "test") for i in range(5)]
    draw("car_parts", *parts)
    boxes = [("minor-dent", 4, 4, 20, 20)]
    draw("damage_types", *(photo(name=f"d{i}.png", seed=20 + i, split="val", boxes=boxes) for i in range(2)))
    for number, folder in enumerate(("damage_outlines", "damaged_parts", "damaged_unlabelled")):
        draw(folder, photo(name="d.png", seed=30 + number, split="val"))
    sets: Path = draw("undamaged", photo(name="u.png", seed=9, split="val"))
    return sets


@pytest.fixture
def request_(tmp_path: Path, root: Path) -> Request:
    candidate, into = tmp_path / "candidate", tmp_path / "weights"
    shutil.copytree(OLD, candidate)
    shutil.copytree(OLD, into / "joint-v0")
    ship(into, "joint-v0")
    (candidate / MANIFEST).write_text(_papers().model_copy(update={"name": "joint-x"}).to_json(), "utf-8")
    return Request(candidate=candidate, data=root, into=into, card=tmp_path / "card.md", quick=True)


def _promoted(papers: Manifest, draws: int = 1) -> tuple[Manifest, Evaluation]:
    """Sealed papers without figures, and their evaluation; ``draws`` makes it another."""
    weights = papers.weights.sha256
    evaluation = Evaluation(model=papers.reference, weights=weights, draws=draws, sets=(), figures=())
    promotion = Promotion(over="joint-v0", policy="0" * 64, score=0.5, gain=GAIN, evaluation=evaluation.file)
    return papers.model_copy(update={"metrics": (), "promotion": promotion}).sealed(), evaluation


def _everything(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_papers_that_are_missing_are_named() -> None:
    reasons = " ".join(missing_papers(BARE.model_copy(update={"thresholds": None})))
    assert [word in reasons for word in ("thresholds", "calibrate", "recipe")] == [True] * 3
    assert missing_papers(_papers()) == ()


def test_a_refusal_writes_nothing_and_lists_every_reason(request_: Request) -> None:
    before = _everything(request_.into)
    verdict = promote(request_, {})
    assert not verdict.promoted
    assert any(reason.startswith("no sure gain") for reason in verdict.reasons)
    assert "not measured: AP50 part, own val" in verdict.reasons
    assert _everything(request_.into) == before
    assert not request_.card.exists()


def test_a_candidate_without_papers_is_not_even_run(request_: Request) -> None:
    shutil.copyfile(OLD / MANIFEST, request_.candidate / MANIFEST)
    assert len(promote(request_, {}).reasons) == 2


def _with_recipe(request_: Request, recipe: Any, trained_with: str | None) -> tuple[Request, str]:
    """The request naming a recipe, whose sha256 comes second, of a candidate trained with another one, or none."""
    made = recipe({"folder": "damage_types", "teaches": {"minor-dent": ["dent"]}})
    file = request_.card.with_name("recipe.yaml")
    file.write_text(made.model_dump_json(), "utf-8")
    path = request_.candidate / MANIFEST
    papers = Manifest.read(path).model_copy(update={"recipe": trained_with})
    path.write_text(papers.to_json(), "utf-8")
    return replace(request_, recipe=file), made.sha256


@pytest.mark.parametrize("trained_with", ["a" * 64, None])
def test_a_recipe_that_did_not_train_the_candidate_is_refused(
    request_: Request, recipe: Any, trained_with: str | None
) -> None:
    stated, _ = _with_recipe(request_, recipe, trained_with)
    before = _everything(request_.into)
    with pytest.raises(ModelError, match=r"recipe\.yaml") as caught:
        promote(stated, {})
    assert caught.value.code == "model.recipe_mismatch"
    assert _everything(request_.into) == before


def test_the_recipe_that_trained_the_candidate_is_taken(request_: Request, recipe: Any) -> None:
    _, sha256 = _with_recipe(request_, recipe, None)
    stated, _ = _with_recipe(request_, recipe, sha256)
    assert any(reason.startswith("no sure gain") for reason in promote(stated, {}).reasons)


@pytest.mark.parametrize("name", ["joint-x", "joint-v0"])
def test_a_kill_leaves_the_old_detector_shipped_or_the_new_one(
    request_: Request, name: str, survives: Callable[[int, Callable[[], object]], bool]
) -> None:
    """Under a new name, and under the name of the one that ships."""
    weights = request_.candidate / BARE.weights.file
    content = weights.read_bytes() + b"other weights"
    weights.write_bytes(content)
    new = FileRef(file=weights.name, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))
    papers, evaluation = _promoted(_papers().model_copy(update={"name": name, "weights": new}))
    found: list[str] = []
    for deadly in count(1):
        into = request_.into.with_name(f"weights-{deadly}")
        shutil.copytree(request_.into, into)
        asked = replace(request_, into=into)
        done = survives(deadly, lambda asked=asked: write(asked, papers, evaluation, PromotionPolicy.load()))
        shipped = verify(into / default_model(into))
        found.append(shipped.weights.sha256)
        if done:
            break
    old = BARE.weights.sha256
    assert len(found) > 12
    assert (found[0], found[-1], shipped.name) == (old, new.sha256, name)
    assert found == [old] * found.count(old) + [new.sha256] * found.count(new.sha256)
    assert Evaluation.read(into / name / EVALUATION) == evaluation
    assert new.sha256[:12] in request_.card.read_text("utf-8")


def test_a_promotion_that_was_killed_before_its_card_is_finished_by_the_next_call(
    request_: Request, survives: Callable[[int, Callable[[], object]], bool]
) -> None:
    """Under the name of the one that ships, where the new model ships as soon as it is there."""
    weights = request_.candidate / BARE.weights.file
    weights.write_bytes(b"other weights")
    new = FileRef(file=weights.name, sha256=hashlib.sha256(b"other weights").hexdigest(), bytes=13)
    papers = _papers().model_copy(update={"weights": new})
    (request_.candidate / MANIFEST).write_text(papers.to_json(), "utf-8")
    told, evaluation = _promoted(papers)
    finished = 0
    for deadly in count(1):
        into, card = request_.into.with_name(f"weights-{deadly}"), request_.card.with_name(f"{deadly}.md")
        shutil.copytree(request_.into, into)
        asked = replace(request_, into=into, card=card)
        (request_.candidate / "answers-0.jsonl").write_text("{}\n", "utf-8")
        done = survives(deadly, lambda asked=asked: write(asked, told, evaluation, PromotionPolicy.load()))
        if verify(into / default_model(into)).weights.sha256 == new.sha256:
            assert promote(asked, {}).promoted
            assert new.sha256[:12] in card.read_text("utf-8")
            assert not list(request_.candidate.glob("answers-*"))
            finished += 1
        if done:
            break
    assert finished > 3


def test_a_kill_while_one_promoted_detector_follows_another_of_its_name_leaves_either_with_its_own_evaluation(
    request_: Request, survives: Callable[[int, Callable[[], object]], bool]
) -> None:
    """Of the same weights, so that evaluation and manifest alone change."""
    old, new = _promoted(_papers()), _promoted(_papers().model_copy(update={"version": "0.3"}), draws=2)
    policy, found = PromotionPolicy.load(), []
    for deadly in count(1):
        asked = replace(request_, into=request_.into.with_name(f"weights-{deadly}"))
        shutil.copytree(request_.into, asked.into)
        write(asked, *old, policy)
        assert verify(asked.into / "joint-v0") == old[0]
        done = survives(deadly, lambda asked=asked: write(asked, *new, policy))
        found.append(_evaluated(asked.into / "joint-v0"))
        write(asked, *new, policy)
        assert _evaluated(asked.into / "joint-v0") == ("0.3", new[1])
        if done:
            break
    assert found == [("0.2", old[1])] * found.count(("0.2", old[1])) + [("0.3", new[1])] * found.count(("0.3", new[1]))
    assert min(found.count(state) for state in (found[0], found[-1])) > 3
    assert len(list((asked.into / "joint-v0").glob("evaluation*"))) == 1


def _evaluated(folder: Path) -> tuple[str, Evaluation]:
    """The version that loads, with all its papers sound, and the evaluation that it names."""
    manifest = verify(folder)
    assert load_weights(folder).manifest == manifest
    assert manifest.promotion is not None
    return manifest.version, Evaluation.read(folder / manifest.promotion.evaluation.file)


def test_the_card_of_a_second_promotion_of_one_name_is_of_the_second_evaluation(request_: Request) -> None:
    policy, folder = PromotionPolicy.load(), request_.into / "joint-v0"
    for draws in (1, 2):
        write(request_, *_promoted(_papers(), draws), policy)
    card = request_.card.read_bytes()
    request_.card.unlink()
    rewrite_card(folder, request_.card)
    assert request_.card.read_bytes() == card
    assert not (folder / EVALUATION).exists(), "its name was taken"


def test_a_detector_that_was_not_promoted_has_no_card(request_: Request) -> None:
    with pytest.raises(ModelError) as caught:
        rewrite_card(request_.candidate, request_.card)
    assert caught.value.code == "model.not_promoted"
    assert not request_.card.exists()


def test_a_published_model_loads_and_any_change_to_it_is_noticed(request_: Request) -> None:
    papers = Manifest.read(request_.candidate / MANIFEST)
    publish(request_, papers, "joint-v0@0.1+000000000000", SURE, PromotionPolicy.load(), {})
    folder = request_.into / "joint-x"
    manifest = verify(folder)
    assert default_model(request_.into) == "joint-x"
    assert manifest.promotion is not None
    assert manifest.promotion.gain.value == 0.2
    evaluation = Evaluation.read(folder / EVALUATION)
    assert manifest.metrics == main_figures(evaluation)
    assert manifest.promotion.evaluation == evaluation.file
    assert (folder / EVALUATION).read_bytes() == evaluation.to_json().encode()
    assert Detector.load(folder).manifest.seal == manifest.digest
    card = request_.card.read_text("utf-8")
    assert "# Model card: joint-x" in card
    for spoil in (_first_metric, _first_threshold, _checkpoint):
        content = json.loads(manifest.to_json())
        spoil(content)
        (folder / MANIFEST).write_text(json.dumps(content), "utf-8")
        with pytest.raises(ModelError) as caught:
            verify(folder)
        assert caught.value.code == "model.figures_mismatch"


@pytest.mark.parametrize(("final", "said"), [(False, "car_parts test was not read"), (True, "was read once")])
def test_test_photos_are_read_only_when_asked_for(request_: Request, final: bool, said: str) -> None:
    papers = Manifest.read(request_.candidate / MANIFEST)
    publish(replace(request_, final=final), papers, "joint-v0", SURE, PromotionPolicy.load(), {})
    assert said in request_.card.read_text("utf-8")
    data = {metric.data for metric in verify(request_.into / "joint-x").metrics}
    assert ("car_parts test" in data) is final


def test_the_command_ends_with_one_and_the_reasons(request_: Request, capsys: pytest.CaptureFixture[str]) -> None:
    labels = request_.card.with_name("labels.jsonl")
    labels.write_text("", "utf-8")
    options = {"--data": request_.data, "--into": request_.into, "--card": request_.card, "--labels": labels}
    words = [str(word) for pair in options.items() for word in pair]
    with pytest.raises(SystemExit) as ended:
        app(["promote", str(request_.candidate), *words])
    assert ended.value.code == 1
    assert "no sure gain" in capsys.readouterr().err
    assert default_model(request_.into) == "joint-v0"


def _first_metric(content: Any) -> None:
    content["metrics"][0]["value"] = 0.99


def _first_threshold(content: Any) -> None:
    content["labels"][0]["threshold"] = content["thresholds"]["labels"][0]["threshold"] = 0.01


def _checkpoint(content: Any) -> None:
    content["checkpoint"]["sha256"] = "b" * 64


def test_the_card_says_what_falls_short_and_what_was_not_measured() -> None:
    figures = (
        Figure(
            name="AP50 dent", data="damage_types val", value=0.1, low=0.0, high=0.2, n=23, unit="boxes", better="higher"
        ),
        Figure(
            name="clean photos flagged",
            data="undamaged val",
            value=0.0,
            low=0.0,
            high=0.03,
            n=9,
            unit="photos",
            better="lower",
        ),
    )
    evaluation = Evaluation(model="m", weights="0" * 64, draws=10, sets=(), figures=figures)
    card = card_of(_papers(), evaluation, PromotionPolicy.load()).splitlines()
    dents = next(line for line in card if line.startswith("| dents, AP50"))
    assert ".100 (.000 to .200) | 23 boxes | **short** |" in dents.replace("0.", ".")
    assert any(line.startswith("| undamaged photos flagged") and line.endswith("| reached |") for line in card)
    assert any(line.startswith("| scratches, AP50") and line.endswith("| not measured |") for line in card)
    assert not any("{{" in line or "None" in line for line in card)


def test_what_was_tried_is_said_of_what_falls_short_alone() -> None:
    reached, short = (
        Figure(name=name, data="own val", value=value, low=0.0, high=1.0, n=9, unit="boxes", better="higher")
        for name, value in (("AP50 damaged_part kept, noise σ 15", 0.9), ("AP50 damaged_part kept, blur σ 2 px", 0.8))
    )
    evaluation = Evaluation(model="m", weights="0" * 64, draws=10, sets=(), figures=(reached, short))
    card = card_of(_papers(), evaluation, PromotionPolicy.load())
    assert "- damaged parts, blurred: share of AP50 kept, own val: " in card
    assert "- damaged parts, noise, own val: " not in card


def test_the_shipped_card_is_what_the_shipped_papers_say() -> None:
    folder = shipped_weights() / DEFAULT_MODEL
    evaluation, studies = Evaluation.read(folder / EVALUATION), studies_of(folder)
    card = card_of(Manifest.read(folder / MANIFEST), evaluation, PromotionPolicy.load(), studies)
    assert CARD.read_text("utf-8") == card


def test_the_shipped_card_measures_every_goal_and_says_what_was_tried() -> None:
    goals = [line for line in CARD.read_text("utf-8").splitlines() if line.startswith(("| ", "- "))]
    assert not any("not measured" in line for line in goals)
    short = [line.split(" | ")[:2] for line in goals if line.endswith("| **short** |")]
    assert short
    for says, data in short:
        assert any(line.startswith(f"- {says.removeprefix('| ')}, {data}: ") for line in goals), says


def test_a_study_stands_beside_the_model_until_another_is_promoted(request_: Request) -> None:
    study = request_.card.with_name("study.json")
    _study().write(study)
    papers = Manifest.read(request_.candidate / MANIFEST)
    publish(replace(request_, studies=(study,)), papers, "old", SURE, PromotionPolicy.load(), {})
    assert "| fender | own val | 7 damages | .500 (.100 to .900) | – |" in request_.card.read_text("utf-8")
    publish(request_, papers, "old", SURE, PromotionPolicy.load(), {})
    assert studies_of(request_.into / "joint-x") == ()
    assert "fender | own val" not in request_.card.read_text("utf-8")


def test_the_card_command_adds_a_study_and_looks_at_no_photo(request_: Request) -> None:
    publish(request_, Manifest.read(request_.candidate / MANIFEST), "old", SURE, PromotionPolicy.load(), {})
    shutil.rmtree(request_.data)
    model, before, study = (
        request_.into / "joint-x",
        request_.card.read_text("utf-8"),
        request_.card.with_name("s.json"),
    )
    _study().write(study)
    app(["card", str(model), "--card", str(request_.card), "--study", str(study)], standalone_mode=False)
    added = set(request_.card.read_text("utf-8").splitlines()) - set(before.splitlines())
    assert "| door | own val | 7 damages | – | .500 (.100 to .900) |" in added
    assert "Papers: rules `consolidate 1`, photos `own val`." in added
    assert studies_of(model) == (_study(),)


def test_a_study_of_another_detector_is_refused_and_nothing_is_written(request_: Request) -> None:
    papers, study = Manifest.read(request_.candidate / MANIFEST), request_.card.with_name("s.json")
    _study().model_copy(update={"papers": {DETECTOR: BARE.reference}}).write(study)
    before = _everything(request_.into)
    asked = replace(request_, studies=(study,))
    with pytest.raises(ModelError, match="study check is of joint-v0") as caught:
        promote(asked, {})
    assert caught.value.code == "model.figures_mismatch"
    with pytest.raises(ModelError, match="study check is of joint-v0"):
        publish(asked, papers, "old", SURE, PromotionPolicy.load(), {})
    assert _everything(request_.into) == before
    publish(request_, papers, "old", SURE, PromotionPolicy.load(), {})
    card = request_.card.read_bytes()
    with pytest.raises(ModelError) as caught:
        rewrite_card(request_.into / "joint-x", request_.card, [study])
    assert caught.value.code == "model.figures_mismatch"
    assert (request_.card.read_bytes(), studies_of(request_.into / "joint-x")) == (card, ())


def test_a_card_is_not_written_from_figures_that_the_manifest_does_not_have(request_: Request) -> None:
    publish(request_, Manifest.read(request_.candidate / MANIFEST), "old", SURE, PromotionPolicy.load(), {})
    model = request_.into / "joint-x"
    evaluation = Evaluation.read(model / EVALUATION)
    better = [item.model_copy(update={"value": 1.0}) for item in evaluation.figures]
    (model / EVALUATION).write_text(evaluation.model_copy(update={"figures": tuple(better)}).to_json(), "utf-8")
    before = request_.card.read_bytes()
    with pytest.raises(ModelError) as caught:
        rewrite_card(model, request_.card)
    assert caught.value.code == "model.figures_mismatch"
    assert request_.card.read_bytes() == before


def _study() -> Study:
    figures = tuple(
        Figure(name=name, data="own val", value=0.5, low=0.1, high=0.9, n=7, unit="damages", better="higher")
        for name in ("fender: right", "door: wrong")
    )
    return Study(name="check", title="Which part?", says="It was looked at.", papers=PAPERS, figures=figures)
