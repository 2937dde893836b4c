"""Whoever starts the service on a terminal reads what it is doing, one line a step."""

import os
import pty
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_make_serve_says_each_step_before_it_begins(tmp_path: Path) -> None:
    command = ["make", "--dry-run", "serve", f"VENV={tmp_path / 'new'}"]
    lines = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    told = [line.split('"')[1].split()[0] for line in lines if line.startswith("echo")]
    assert told == ["creating", "installing", "starting"]


@pytest.mark.parametrize(("language", "words"), [("en", ("loading", "opening")), ("zh", ("加载", "打开"))])
def test_serve_says_what_it_is_doing(tmp_path: Path, language: str, words: tuple[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    own = {"QUICKCLAIM_HOME": str(tmp_path), "QUICKCLAIM_LANGUAGE": language}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QUICKCLAIM_")}
    terminal, far_end = pty.openpty()
    command = [sys.executable, "-m", "api", "serve", "--port", str(port)]
    with subprocess.Popen(command, env={**kept, **own}, stderr=far_end) as process:
        os.close(far_end)
        with os.fdopen(terminal, encoding="utf-8") as shown:
            lines = [shown.readline() for _ in range(3)]
            process.terminate()
    assert [word in line for word, line in zip(words, lines, strict=False)] == [True, True]
    assert str(tmp_path) in lines[1]
    assert lines[2].strip() == f"QuickClaim: http://127.0.0.1:{port}"
