"""The README's commands are run as they stand there, on files made here."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from api.settings import Settings
from claims.facts import CaseFacts

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = [line for line in README.splitlines() if line.startswith(".venv/bin/quickclaim ")]
FACTS = re.search(r"```json\n(.*?)```", README, re.DOTALL)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every file that the README's commands name."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "case-folder").mkdir()
    picture = Image.effect_noise((640, 480), 40).convert("RGB")
    for name in ("photo.jpg", "photo1.jpg", "photo2.png", "case-folder/1.jpg"):
        picture.save(folder / name)
    (folder / "photo2.png").rename(folder / "photo2.heic")  # the content decides what a file is
    assert FACTS
    (folder / "facts.json").write_text(FACTS.group(1), "utf-8")
    shutil.copy(ROOT / "data" / "prices" / "parts.csv", folder / "my-prices.csv")
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_command(command: str, desk: Path) -> None:
    words = shlex.split(command.partition(" > ")[0])[1:]
    environment = {**os.environ, "QUICKCLAIM_HOME": str(desk / "home")}
    run = [sys.executable, "-m", "api", *words]
    done = subprocess.run(run, cwd=desk, capture_output=True, text=True, env=environment, timeout=120)
    # Grey noise is no car: exit status 3 is the right answer for these pictures, wrong usage is not.
    assert done.returncode == (3 if words[0] == "assess" else 0), done.stderr
    if "--json" in words:
        assert json.loads(done.stdout)["photos"]


def test_the_facts_of_the_readme_are_valid() -> None:
    assert FACTS
    assert CaseFacts.from_json(FACTS.group(1)).unstated() == ()


def test_there_are_commands_to_run() -> None:
    assert len(COMMANDS) >= 6


def test_the_first_lines_are_the_two_commands() -> None:
    block = re.search(r"```\n(.*?)```", README, re.DOTALL)
    assert block
    assert [line.split("#")[0].strip() for line in block.group(1).splitlines()] == ["make serve", "make test"]


def test_every_setting_is_listed() -> None:
    listed = README.partition("## Settings")[2].partition("\n## ")[0]
    assert not [name for name in Settings.model_fields if f"`{name.upper()}`" not in listed]
    assert "serve --host 127.0.0.1 --port 8000" in listed
