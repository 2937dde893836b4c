"""The README's commands are run as they stand there, on files made here."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import uvicorn
from desks import changed, scene
from PIL import Image

from api.app import create_app
from api.settings import Settings
from claims.facts import CaseFacts
from claims.observe import Eyes
from claims.rule_sources import RuleFile
from claims.rulebook import Rulebook
from inference.images import IntakeLimits
from inference.testing import ScriptedDetector, shipped_manifest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = [line for line in README.splitlines() if line.startswith(".venv/bin/quickclaim ")]
INLINE = sorted({text for text in re.findall(r"`(quickclaim [^`\n]+)`", README) if len(shlex.split(text)) > 1})
FACTS, CLAIM = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
SERVICE = README.partition("## The service")[2].partition("\n## ")[0]
CUSTOMERS, ADJUSTERS, IN_REAL_USE = re.findall(r"```sh\n(.*?)```", SERVICE, re.DOTALL)
EXPECTED = {("assess",): 3, ("rescore", "tune"): 1}
"""Grey noise is no car, and a dozen cases promise nothing: these are the right answers. Wrong usage, 2, is not."""
PASSWORD = "correct horse battery\n"  # noqa: S105 - of nobody


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every file that the README's commands name."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "case-folder").mkdir()
    picture = Image.effect_noise((640, 480), 40).convert("RGB")
    for name in ("photo.jpg", "photo1.jpg", "photo2.png", "case-folder/1.jpg"):
        picture.save(folder / name)
    (folder / "photo2.png").rename(folder / "photo2.heic")  # the content decides what a file is
    (folder / "facts.json").write_text(FACTS, "utf-8")
    shutil.copy(ROOT / "data" / "prices" / "parts.csv", folder / "my-prices.csv")
    return folder


def test_commands_in_their_order(desk: Path) -> None:
    """One after another, as a reader types them: a key needs its app."""
    for command in COMMANDS:
        words = shlex.split(command.partition(" > ")[0])[1:]
        done = quickclaim(desk, *words)
        expected = next((status for begins, status in EXPECTED.items() if words[: len(begins)] == list(begins)), 0)
        assert done.returncode == expected, f"{command}: {done.stderr}"
        assert expected != 1 or "rescore.no_policy" in done.stderr
        if "--json" in words:
            assert json.loads(done.stdout)["photos"]


def quickclaim(desk: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command on the files of ``desk``; a password is given to those that ask for one."""
    run, environment = [sys.executable, "-m", "api", *words], {**os.environ, "QUICKCLAIM_HOME": str(desk / "home")}
    return subprocess.run(run, cwd=desk, input=PASSWORD, capture_output=True, text=True, env=environment, timeout=120)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_cases_of_a_customer_and_of_an_adjuster(tmp_path: Path) -> None:
    """Both blocks as they stand there, by one shell, with the app and the person of the block before."""
    seen = scene("01-scratched-door-two-views")
    for name, content in zip(("photo1.jpg", "photo2.jpg"), seen.photos, strict=True):
        (tmp_path / name).write_bytes(content)
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    (tmp_path / "claim.json").write_text(CLAIM.replace("2026-11-20T18:00:00+08:00", yesterday), "utf-8")
    for command in COMMANDS:
        if command.startswith((".venv/bin/quickclaim apps", ".venv/bin/quickclaim people")):
            told = quickclaim(tmp_path, *shlex.split(command.partition(" > ")[0])[1:]).stdout
            if "apps key" in command:
                (tmp_path / "app.key").write_text(told)
    rulebook = changed(Rulebook.load(), RuleFile.POLICY, "audit_sample_share: 0.05", "audit_sample_share: 0.0")
    detector = ScriptedDetector(seen.script, shipped_manifest("joint-v0"))
    with serving(tmp_path / "home", Eyes(detector=detector, limits=IntakeLimits(), rulebook=rulebook)) as address:
        first, second = cases_by_shell(tmp_path, address)
    assert {"accept", "publish_offer"} <= {event["code"] for event in first["timeline"]}
    assert {"refer", "settle"} <= {event["code"] for event in second["timeline"]}
    assert (second["state"]["code"], second["offer"]["machine"]) == ("assessed", False)
    assert second["offer"]["reasons"][0]["code"] == "why.quotation"
    lines = json.loads((tmp_path / "review.json").read_text("utf-8"))["lines"]
    assert lines[0]["human"]["labour"] == 200


def cases_by_shell(folder: Path, address: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The customer's case and the adjuster's, as the app sees them when both blocks are through."""
    look = 'curl -s $Q/v1/claims/$CLAIM -H "$APP" > '
    script = f"{CUSTOMERS}\n{look} first.json\n{ADJUSTERS}\n{look} second.json\n"
    script = script.replace("http://127.0.0.1:8000", address).replace(".venv/bin/python", shlex.quote(sys.executable))
    command = ["bash", "-euo", "pipefail", "-c", script]
    done = subprocess.run(command, cwd=folder, input=PASSWORD, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    first, second = (json.loads((folder / name).read_text("utf-8")) for name in ("first.json", "second.json"))
    return first, second


@contextmanager
def serving(home: Path, eyes: Eyes) -> Iterator[str]:
    """The service with photos whose detections are scripted, where it answers."""
    app = create_app(Settings(home=home, language="en"), open_eyes=lambda _: eyes)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None))
    thread = Thread(target=server.run)
    thread.start()
    try:
        until = time.monotonic() + 60
        while not server.started:
            assert time.monotonic() < until
            assert thread.is_alive()
            time.sleep(0.05)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def test_every_command_in_real_use_is_one(tmp_path: Path) -> None:
    commands = [line.split()[1:] for line in IN_REAL_USE.splitlines() if line.startswith("quickclaim ")]
    assert commands == [["db", "upgrade"], ["serve"], ["worker", "--metrics-port", "9100"]]
    for words in commands:
        assert quickclaim(tmp_path, *words, "--help").returncode == 0


def test_every_setting_in_real_use_is_one() -> None:
    given = dict(re.findall(r"QUICKCLAIM_(\w+)=(\S+)", IN_REAL_USE))
    settings = Settings.model_validate({name.lower(): value for name, value in given.items()})
    assert settings.production
    assert given.keys() <= {name.upper() for name in settings.model_fields_set}


def test_the_facts_of_the_readme_are_valid() -> None:
    assert CaseFacts.from_json(FACTS).unstated() == ()


def test_there_are_commands_to_run() -> None:
    assert len(COMMANDS) >= 6


@pytest.mark.parametrize("command", INLINE)
def test_commands_within_sentences_exist(tmp_path: Path, command: str) -> None:
    """They are not run, so what they lack is not seen: a command with arguments belongs into a block."""
    assert quickclaim(tmp_path, *shlex.split(command)[1:], "--help").returncode == 0


def test_the_first_lines_are_the_two_commands() -> None:
    block = re.search(r"```\n(.*?)```", README, re.DOTALL)
    assert block
    assert [line.split("#")[0].strip() for line in block.group(1).splitlines()] == ["make serve", "make test"]


def test_every_setting_is_listed() -> None:
    listed = README.partition("## Settings")[2].partition("\n## ")[0]
    assert not [name for name in Settings.model_fields if f"`{name.upper()}`" not in listed]
    assert "serve --host 127.0.0.1 --port 8000" in listed
