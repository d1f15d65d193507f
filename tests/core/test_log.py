"""Nothing about a person and no secret reaches a log, whatever somebody passes to it."""

import ast
import io
import json
import logging
import subprocess
import sys
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

import rms
from rms.log import configure_logging, get_log, new_error_id
from rms.log.lines import only_listed
from rms.log.words import EVENTS, KEYS
from tests.logs import put_back

NAME, NUMBER, TOKEN = "Zebedee Quince", "9990000018", "tok_5f1Qz-9Xw.kQ"
PLANTED = (NAME, "Quince", NUMBER, "999 000 0018", TOKEN)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What a configured log has written; the settings of the test run's own logs are put back afterwards."""
    stream = io.StringIO()
    with put_back():
        configure_logging(stream)
        yield stream


def written(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def assert_clean(text: str) -> None:
    assert [planted for planted in PLANTED if planted in text] == []


def test_a_line_says_when_what_and_where(lines: io.StringIO) -> None:
    ref = uuid.UUID(int=7)
    get_log("rms.log").info("message_sent", message_id=7, message_ref=ref, state="accepted", ms=12.5, live=False)
    (line,) = written(lines)
    assert list(line)[:4] == ["at", "level", "event", "module"]
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "level": "info",
        "event": "message_sent",
        "module": "rms.log",
        "message_id": 7,
        "message_ref": str(ref),
        "state": "accepted",
        "ms": 12.5,
        "live": False,
    }


def test_a_request_is_logged_by_its_template(lines: io.StringIO) -> None:
    log = get_log("rms.log")
    log.info("request", method="GET", route="/patients/{patient_id:int}/results", status=200, ms=3)
    log.info("request", method="GET", route=f"/patients/{NUMBER}", status=200)
    log.info("request", method="GET", route=f"/f/{TOKEN}", status=200)
    whole, *cut = written(lines)
    assert whole["route"] == "/patients/{patient_id:int}/results"
    assert [("route" in line, line["dropped"]) for line in cut] == [(False, 1), (False, 1)]


@pytest.mark.parametrize("planted", PLANTED)
def test_what_is_not_listed_is_dropped_and_counted(lines: io.StringIO, planted: str) -> None:
    log = get_log("rms.log")
    log.info(planted)
    log.info(f"sent to {planted}", name=planted, nhs_number=planted)
    log.info("message_sent %s", planted)
    log.info("message_sent", **dict.fromkeys(KEYS, planted))
    log.info("message_sent", at=planted, error=planted, frames=[planted], causes=planted, module=planted)
    log.bind(patient_name=planted).warning("request_failed", **{planted: 1})
    assert_clean(lines.getvalue())
    assert [(line["event"], line["dropped"]) for line in written(lines)] == [
        ("unlisted", 1),
        ("unlisted", 3),
        ("unlisted", 1),
        ("message_sent", len(KEYS)),
        ("message_sent", 1),
        ("request_failed", 2),
    ]


def test_a_number_that_could_be_a_persons_is_no_count(lines: io.StringIO) -> None:
    get_log("rms.log").info(
        "result_filed", patient_id=int(NUMBER), count=int(NUMBER), ms=float(NUMBER), port=7700900001
    )
    (line,) = written(lines)
    assert line["dropped"] == 4
    assert_clean(lines.getvalue())


def test_structures_are_no_values(lines: io.StringIO) -> None:
    get_log("rms.log").info("result_filed", state={"name": NAME}, count=[NUMBER], patient_id=None)
    assert written(lines)[0]["dropped"] == 3
    assert_clean(lines.getvalue())


def test_what_is_bound_for_a_request_goes_through_the_list_too(lines: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(request_id=uuid.UUID(int=1), token=TOKEN):
        get_log("rms.log").info("request")
    (line,) = written(lines)
    assert (line["request_id"], line["dropped"]) == (str(uuid.UUID(int=1)), 1)
    assert_clean(lines.getvalue())


def stumble(name: str) -> None:
    number = NUMBER
    try:
        raise KeyError(f"{name} {number}")
    except KeyError as error:
        raise ValueError(f"cannot file {name} with {TOKEN}") from error


def test_an_exception_keeps_its_class_and_place_only(lines: io.StringIO) -> None:
    log = get_log("rms.log")
    try:
        stumble(NAME)
    except ValueError as error:
        log.exception("duty_failed", duty="reminders")
        log.error("duty_failed", exc_info=error, error_id="00112233aabbccdd")
    first, second = written(lines)
    assert (first["error"], first["causes"]) == ("ValueError", ["KeyError"])
    assert len(first["error_id"]) == 16
    assert second["error_id"] == "00112233aabbccdd"
    assert all(
        frame.rsplit(":", 1)[0] == "test_log.py" and frame.rsplit(":", 1)[1].isdigit() for frame in first["frames"]
    )
    assert_clean(lines.getvalue())


def test_a_group_of_exceptions_names_those_inside(lines: io.StringIO) -> None:
    group = ExceptionGroup(NAME, [ValueError(NUMBER), TypeError(TOKEN)])
    get_log("rms.log").error("duty_failed", exc_info=group)
    (line,) = written(lines)
    assert line["causes"] == ["ValueError", "TypeError"]
    assert_clean(lines.getvalue())


def test_places_are_told_without_the_folders_above_the_code(lines: io.StringIO) -> None:
    try:
        json.loads("{" + NAME)
        pytest.fail("this is no JSON")
    except ValueError:
        get_log("rms.log").exception("file_read")
    (read,) = written(lines)
    assert read["frames"][-1].startswith("decoder.py:")
    assert str(Path(rms.__file__).parent) not in lines.getvalue()


def test_libraries_are_heard_without_their_words(lines: io.StringIO) -> None:
    logging.getLogger("asyncio.httpx").warning("GET https://x.example.org/f/%s?name=%s", TOKEN, NAME)
    logging.getLogger("asyncio.httpx").info("GET %s", TOKEN)
    logging.getLogger(NAME).critical("%d", NAME)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(NAME, UserWarning, stacklevel=1)
    try:
        stumble(NAME)
    except ValueError:
        logging.getLogger("asyncio").exception("Task %s was never retrieved", TOKEN)
    found = written(lines)
    assert [(line["event"], line["level"]) for line in found] == [
        ("library", "warning"),
        ("library", "error"),
        ("library", "warning"),
        ("library", "error"),
    ]
    assert (found[0]["module"], found[3]["error"]) == ("asyncio.httpx", "ValueError")
    assert_clean(lines.getvalue())


def test_what_nobody_caught_is_one_line_without_words() -> None:
    program = f"""
import threading
from rms.log import configure_logging
from tests.logs import put_back
configure_logging()
def fall(): raise ValueError("{NAME} {NUMBER}")
thread = threading.Thread(target=fall); thread.start(); thread.join()
fall()
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 1
    assert [json.loads(line)["event"] for line in ended.stderr.splitlines()] == ["uncaught", "uncaught"]
    assert_clean(ended.stderr + ended.stdout)


@given(key=st.text(max_size=20), value=st.text(min_size=1, max_size=40) | st.integers() | st.binary())
def test_no_key_outside_the_list_passes(key: str, value: object) -> None:
    kept = only_listed(None, "info", {"event": "request", key: value})
    assert set(kept) <= {"event", "dropped", *KEYS, "module", "level", "at", "error", "causes", "frames"}
    if key not in KEYS and key not in kept:
        assert kept["dropped"] == 1


def test_an_error_id_is_new_each_time_and_fits_its_key() -> None:
    ids = {new_error_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(KEYS["error_id"](each) for each in ids)


def calls_to_logs(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        called = node.func if isinstance(node, ast.Call) else None
        if not isinstance(called, ast.Attribute) or called.attr not in {
            "info",
            "warning",
            "error",
            "exception",
            "critical",
        }:
            continue
        if isinstance(called.value, ast.Name) and called.value.id.lower() in {"log", "_log", "logger", "_logger"}:
            yield node  # type: ignore[misc]


def test_every_call_to_a_log_uses_listed_words() -> None:
    """A word that is missing would be dropped at run time; here it is found before."""
    wrong = []
    for path in sorted(Path(rms.__file__).parent.rglob("*.py")):
        for call in calls_to_logs(path):
            event = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
            keys = [keyword.arg for keyword in call.keywords if keyword.arg not in ("exc_info", None)]
            if len(call.args) != 1 or event not in EVENTS or not set(keys) <= set(KEYS):
                wrong.append(f"{path.name}:{call.lineno} {event} {keys}")
    assert wrong == []
