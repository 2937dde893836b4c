"""The ``quickclaim`` command as a user runs it: the real detector, real files, exit codes, one JSON document."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

PROMISED = {
    "": {"on", "photos", "damages", "estimate", "decision", "versions"},
    "photos": {"file", "sha256", "width", "height", "quality", "detections"},
    "detections": {"label", "group", "score", "box"},
    "damages": {"part", "side", "kind", "severity", "confidence", "evidence"},
    "estimate": {"currency", "lines", "total", "low", "high", "unpriced"},
    "lines": {"part", "side", "operation", "hours", "labour", "paint", "parts", "total", "priced", "basis"},
    "decision": {"route", "reasons"},
    "versions": {"model", "prices", "rules", "policy"},
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def quickclaim(home: Path, *arguments: object, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "api", *map(str, arguments)]
    own = {f"QUICKCLAIM_{name}": value for name, value in {"HOME": str(home), **settings}.items()}
    environment = {**os.environ, "LANG": "C.UTF-8", "COLUMNS": "100", **own}
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment, timeout=120)


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photos") / "noise.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (300, 400, 3), dtype=np.uint8)).save(path)
    return path


@pytest.fixture(scope="module")
def damaged(shared_photos: Path) -> Path:
    return shared_photos / "damaged_parts" / "images" / "00034.jpg"


def test_json_is_one_document_as_promised(home: Path, damaged: Path, noise: Path) -> None:
    done = quickclaim(home, "assess", damaged, noise, "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert PROMISED[""] <= set(document)
    assert [photo["file"] for photo in document["photos"]] == [damaged.name, noise.name]
    for photo in document["photos"]:
        assert PROMISED["photos"] <= set(photo)
        assert {"ok", "reasons"} <= set(photo["quality"])
        assert all(PROMISED["detections"] <= set(item) and item["score"] >= 0.05 for item in photo["detections"])
    assert document["damages"]
    assert all(PROMISED["damages"] <= set(item) for item in document["damages"])
    assert PROMISED["estimate"] <= set(document["estimate"])
    assert all(PROMISED["lines"] <= set(line) for line in document["estimate"]["lines"])
    total = sum(round((line["total"] or 0) * 100) for line in document["estimate"]["lines"])
    assert total == round(document["estimate"]["total"] * 100)
    assert PROMISED["decision"] <= set(document["decision"])
    assert document["decision"]["route"] in {"instant_offer", "more_photos", "human_review"}
    assert all({"code", "text"} <= set(reason) for reason in document["decision"]["reasons"])
    assert PROMISED["versions"] <= set(document["versions"])


def test_no_usable_photo_is_exit_3_with_the_reasons(home: Path, tmp_path: Path, noise: Path) -> None:
    text = tmp_path / "notes.jpg"
    text.write_text("not a photo")
    done = quickclaim(home, "assess", text, noise, tmp_path / "gone.jpg", "--json")
    assert done.returncode == 3
    photos = json.loads(done.stdout)["photos"]
    assert [photo["quality"]["ok"] for photo in photos] == [False, False, False]
    assert all(photo["quality"]["reasons"] for photo in photos)


@pytest.mark.parametrize(
    ("option", "value", "listed"),
    [("--vehicle-class", "limousine", "CN2_60_150k"), ("--region", "FR", "CN"), ("--shop", "garage", "4S")],
)
def test_what_does_not_exist_is_exit_2_and_lists_what_does(
    home: Path, noise: Path, option: str, value: str, listed: str
) -> None:
    done = quickclaim(home, "assess", noise, "--json", option, value)
    assert done.returncode == 2
    assert done.stdout == ""
    assert listed in done.stderr


def test_wrong_usage_is_exit_2(home: Path) -> None:
    assert quickclaim(home, "assess").returncode == 2
    assert quickclaim(home, "assess", "x.jpg", "--lang", "fr").returncode == 2


def test_broken_facts_are_exit_2_without_repeating_them(home: Path, noise: Path, tmp_path: Path) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text('{"plate": "京A12345"}', "utf-8")
    done = quickclaim(home, "assess", noise, "--facts", facts)
    assert done.returncode == 2
    assert "plate: This field is not known." in done.stderr
    assert "京A12345" not in done.stderr


@pytest.mark.parametrize(
    ("language", "said"), [("en", "no part prices for the market CA-BC"), ("zh", "CA-BC 暂无配件价格")]
)
def test_a_market_without_prices_is_told_with_what_to_do(home: Path, noise: Path, language: str, said: str) -> None:
    done = quickclaim(home, "assess", noise, "--region", "CA-BC", "--lang", language)
    assert done.returncode == 2
    assert said in done.stderr
    assert "quickclaim prices import" in done.stderr


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_folder_with_report_and_overlays(home: Path, damaged: Path, tmp_path: Path, language: str) -> None:
    folder = tmp_path / "case"
    folder.mkdir()
    for number in ("00034", "00016"):
        (folder / f"{number}.jpg").write_bytes(damaged.with_name(f"{number}.jpg").read_bytes())
    report, overlays = tmp_path / "report.html", tmp_path / "overlays"
    done = quickclaim(home, "assess", folder, "--report", report, "--overlay", overlays, "--lang", language)
    assert done.returncode == 0, done.stderr
    assert ("定损员" if language == "zh" else "adjuster") in done.stdout
    assert "http://" not in report.read_text("utf-8").replace("http://www.w3.org", "")
    assert len(list(overlays.glob("*.png"))) == 2


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"DETECTOR": "missing"}, "model.unknown"),
        ({"LANGUAGE": "de"}, "settings.invalid"),
        ({"POLICY": "gone.yaml"}, "rules.unreadable"),
        ({"POLICY": __file__}, "rules.unreadable"),
    ],
)
def test_what_is_not_sound_is_one_line_with_its_code(
    home: Path, noise: Path, settings: dict[str, str], code: str
) -> None:
    done = quickclaim(home, "assess", noise, **settings)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {code}: ")
    assert len(done.stderr.splitlines()) <= 2


def test_a_folder_as_cameras_and_computers_leave_it(home: Path, noise: Path, tmp_path: Path) -> None:
    for name in ("a/1.png", "b/1.png"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(noise.read_bytes())
    strange = os.fsencode(tmp_path / "a") + b"/\xe9.png"
    Path(os.fsdecode(strange)).write_bytes(noise.read_bytes())
    (tmp_path / "a" / ".DS_Store").write_bytes(b"x")
    (tmp_path / "a" / "notes.txt").write_bytes(b"x")
    done = quickclaim(home, "assess", tmp_path / "a", tmp_path / "b", "--json")
    assert done.returncode == 3, done.stderr
    assert [photo["file"] for photo in json.loads(done.stdout)["photos"]] == ["a/1.png", "�.png", "b/1.png"]
    assert "a: passed over as no photos: notes.txt" in done.stderr
    assert ".DS_Store" not in done.stderr


@pytest.mark.parametrize(
    ("report", "code"),
    [("gone/r.html", "usage.no_such_folder"), (".", "usage.output_is_folder"), ("noise.png", "usage.output_is_input")],
)
def test_an_output_that_is_bound_to_fail_is_refused_at_once(
    home: Path, noise: Path, tmp_path: Path, report: str, code: str
) -> None:
    photo = tmp_path / "noise.png"
    photo.write_bytes(noise.read_bytes())
    done = quickclaim(home, "assess", photo, "--report", tmp_path / report)
    assert (done.returncode, done.stdout) == (2, "")
    assert code in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["noise.png"]


def test_an_assessment_is_shown_even_where_an_output_cannot_be_written(home: Path, noise: Path, tmp_path: Path) -> None:
    (tmp_path / "boxes" / "01-noise.png").mkdir(parents=True)  # where the drawn photo would have to go
    report = tmp_path / "report.html"
    done = quickclaim(home, "assess", noise, "--json", "--report", report, "--overlay", tmp_path / "boxes")
    assert done.returncode == 2
    assert json.loads(done.stdout)["photos"]
    assert "usage.output_unwritable" in done.stderr
    assert "Error" not in done.stderr
    assert [path.name for path in (tmp_path / "boxes").iterdir()] == ["01-noise.png"]


def test_a_closed_pipe_does_not_lose_the_report(home: Path, noise: Path, tmp_path: Path) -> None:
    report = tmp_path / "r.html"
    command = [sys.executable, "-m", "api", "assess", str(noise), "--json", "--report", str(report)]
    environment = {**os.environ, "QUICKCLAIM_HOME": str(home)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout
        assert running.stderr
        running.stdout.close()
        told = running.stderr.read().decode()
    assert "Traceback" not in told
    assert report.read_text("utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize("amount", ["x", "-1", "NaN", "1e999"])
def test_a_deductible_that_is_no_amount_is_exit_2(home: Path, noise: Path, amount: str) -> None:
    done = quickclaim(home, "assess", noise, f"--deductible={amount}")
    assert done.returncode == 2
    assert "deductible" in done.stderr


def test_a_deductible_is_taken_to_the_cent(home: Path, noise: Path) -> None:
    done = quickclaim(home, "assess", noise, "--json", "--deductible", "0.1234")
    assert json.loads(done.stdout)["estimate"]["deductible"] == 0.12
    done = quickclaim(home, "assess", noise, "--json", "--deductible", "10000000.01")
    assert json.loads(done.stdout)["estimate"]["deductible"] == 10000000.01


def test_models_are_sound(home: Path) -> None:
    done = quickclaim(home, "models", "verify")
    assert done.returncode == 0
    assert "sound" in done.stdout
    assert "joint-v0" in quickclaim(home, "models", "list").stdout
