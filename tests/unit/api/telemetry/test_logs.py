"""What a line of the log says: types, places, codes and numbers, whoever wrote it."""

import io
import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from api.telemetry.logs import formatter
from model.errors import StorageError
from model.notes import Note
from model.texts import Texts

Lines = Callable[[], list[dict[str, object]]]
NAME = "Zhang Wei"


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Everything logged in the test, as JSON objects."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter("json"))
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)


@pytest.mark.parametrize(
    ("logger", "sentence", "values", "told"),
    [
        ("uvicorn.error", "Started server process [%d]", (4711,), "Started server process [4711]"),
        ("uvicorn.error", "%s joined", (NAME,), "... joined"),
        ("uvicorn.error", "%s joined", ("Zhang",), "... joined"),
        ("claims.jobs", "given up: %s", ("storage.busy",), "given up: storage.busy"),
        ("claims.jobs", "given up: %s", (NAME,), "given up: ..."),
        ("claims.jobs", "given up: %s", ("13800138000",), "[withheld]"),
        ("asyncio", "never retrieved\nfuture: ValueError('Zhang Wei')", (), "never retrieved"),
        ("other", "100% of it", (), "100% of it"),
    ],
)
def test_sentences(lines: Lines, logger: str, sentence: str, values: tuple[object, ...], told: str) -> None:
    logging.getLogger(logger).error(sentence, *values)
    (line,) = lines()
    assert (line["event"], line["logger"], line["level"]) == (told, logger, "error")
    assert str(line["at"]).endswith("Z")


def test_an_exception_is_its_types_its_code_and_its_place(lines: Lines) -> None:
    try:
        try:
            int(NAME)
        except ValueError as error:
            raise StorageError("busy", NAME) from error
    except StorageError:
        logging.getLogger("claims.x").exception("failed for %s", NAME)
    (line,) = lines()
    assert (line["fault"], line["cause"], line["code"]) == ("StorageError", "ValueError", "storage.busy")
    assert str(line["where"]).endswith("test_an_exception_is_its_types_its_code_and_its_place")
    assert NAME not in json.dumps(line)


def test_our_own_steps_are_told_and_of_others_the_last(lines: Lines) -> None:
    texts = Texts("en", {"code": "{plate}"})
    try:
        json.loads("{}", object_hook=lambda _: texts.say(Note("code", {})))
    except KeyError:
        logging.getLogger("api.x").exception("no sentence")
    (line,) = lines()
    assert [step.partition(":")[0] for step in str(line["where"]).split(" > ")] == ["model.texts"]


def test_extras_are_told_by_an_allow_list(lines: Lines) -> None:
    facts = {"code": "photo.too_small", "status": 422}
    logging.getLogger("api.x").warning("refused", extra={**facts, "plate": "A", "owner": NAME})
    (line,) = lines()
    assert set(line) == {"event", "level", "logger", "at", *facts}
    assert {key: line[key] for key in facts} == facts


PROGRAM = """
import asyncio, gc, logging, sys, threading, warnings
from api.telemetry.logs import configure
configure(sys.argv[1])
logging.getLogger("some.library").info("it began")
logging.getLogger("some.library").debug("Zhang Wei")
logging.getLogger("some.library").info("%s and %s", "Zhang Wei")
warnings.warn("Zhang Wei")
ended = threading.Thread(target=lambda: int("Zhang Wei")); ended.start(); ended.join()
class Unprintable:
    def __str__(self): raise ValueError("Zhang Wei")
logging.getLogger("some.library").error(Unprintable())
async def fails(): raise ValueError("Zhang Wei")
async def forgets():
    task = asyncio.create_task(fails()); await asyncio.sleep(0.01); del task
asyncio.run(forgets()); gc.collect()
"""


@pytest.mark.parametrize("style", ["json", "text"])
def test_all_of_a_process_goes_through_it(style: str) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM, style], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "")
    assert "Zhang" not in done.stderr
    told = ["it began", "%s and %s", "warning", "a thread died", "Task exception was never retrieved"]
    lines = done.stderr.splitlines()
    assert len(lines) == len(told)
    for line, event in zip(lines, told, strict=True):
        assert event in line
        assert (json.loads(line)["event"] == event) if style == "json" else line.startswith("[")
    assert "UserWarning" in lines[2]
    assert "ValueError" in lines[3]
