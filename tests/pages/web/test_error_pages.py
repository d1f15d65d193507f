"""Honest pages: what happened, what is safe, what to do; never a trace, never somebody's name."""

import re

import pytest
import structlog
import structlog.testing

from rms.log.words import EVENTS, KEYS
from tests.pages.web.conftest import SECRET_WORDS

pytestmark = pytest.mark.anyio

TABLE = """
  how         | status | says
  not-found   | 404    | Page not found
  not-allowed | 403    | You cannot do this
  conflict    | 409    | Sam changed this plan at 2:30pm.
  refused     | 422    | This plan has ended.
  bad-input   | 400    | Row 3: no date.
  database    | 503    | The service is not available right now
  gateway     | 502    | Another system did not answer
  rms         | 500    | Sorry, there is a problem
  bug         | 500    | Sorry, there is a problem
"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()[1:]]


@pytest.mark.parametrize(("how", "status", "says"), ROWS)
async def test_a_person_gets_a_page(browser, how, status, says):
    answer = await browser.get(f"/fail/{how}")
    assert answer.status_code == int(status)
    assert answer.headers["content-type"].startswith("text/html")
    assert says in answer.text
    assert SECRET_WORDS not in answer.text
    assert "Traceback" not in answer.text
    assert ("give us this number" in answer.text) == (int(status) >= 500)


@pytest.mark.parametrize(("how", "status", "says"), ROWS)
async def test_a_program_gets_a_problem(browser, how, status, says):
    answer = await browser.get(f"/api/fail/{how}", headers={"accept": "text/html"})
    assert answer.status_code == int(status)
    assert answer.headers["content-type"].startswith("application/problem+json")
    told = answer.json()
    assert told["status"] == int(status)
    assert says in f"{told['title']} {told['detail']}"
    assert SECRET_WORDS not in answer.text
    assert ("error_id" in told) == (int(status) >= 500)


async def test_every_fault_of_ours_has_its_own_number(browser):
    numbers = {
        re.search(r"<strong>([0-9a-f]{16})</strong>", (await browser.get("/fail/bug")).text)[1] for _ in range(3)
    }
    assert len(numbers) == 3


async def test_when_the_database_is_away_we_say_when_to_come_back(browser):
    answer = await browser.get("/fail/database")
    assert answer.headers["retry-after"] == "30"
    assert "What you saved before is safe" in answer.text


async def test_a_path_that_is_not_there(browser):
    page = await browser.get("/nowhere", headers={"accept": "text/html,*/*"})
    assert (page.status_code, "Page not found" in page.text) == (404, True)
    problem = await browser.get("/nowhere", headers={"accept": "application/fhir+json"})
    assert problem.json()["title"] == "Page not found"


async def test_a_wrong_method_and_a_huge_body(browser):
    assert (await browser.delete("/page")).status_code == 405
    headers = {"content-type": "application/x-www-form-urlencoded"}
    huge = await browser.post("/page", content=b"a=" + b"x" * 1_100_000, headers=headers)
    assert huge.status_code == 413
    assert "too large" in huge.text


async def test_the_name_of_another_host_is_refused(browser):
    answer = await browser.get("/page", headers={"host": "evil.example.com"})
    assert answer.status_code == 400


async def test_a_form_that_failed_says_so_first_in_its_title(browser, token):
    found = token(await browser.get("/page"))
    answer = await browser.post("/page", data={"csrf_token": found})
    assert answer.status_code == 422
    assert "<title>Error: Is this you?" in answer.text


async def test_a_fault_in_the_frame_itself_still_gives_a_sentence(app, browser):
    pages = app.state["web_pages"]
    known = pages.globals["asset"]
    pages.globals["asset"] = lambda name: 1 / 0
    try:
        answer = await browser.get("/fail/bug")
    finally:
        pages.globals["asset"] = known
    assert answer.status_code == 500
    assert answer.text.startswith("Sorry, there is a problem")
    assert SECRET_WORDS not in answer.text


async def test_the_log_has_the_number_and_the_route_and_no_words(browser):
    with structlog.testing.capture_logs() as lines:
        answer = await browser.get("/fail/bug")
    line = next(line for line in lines if line["event"] == "request_failed")
    assert line["event"] in EVENTS
    assert f"<strong>{line['error_id']}</strong>" in answer.text
    assert line["route"] == "/fail/{how}"
    for key in ("route", "method", "status", "error_id"):
        assert KEYS[key](line[key])


async def test_a_refusal_is_a_line_without_the_address(browser):
    with structlog.testing.capture_logs() as lines:
        await browser.get("/r/abcdefghijklmnopqrstuv")
    assert [line["event"] for line in lines] == ["request_refused"]
    assert "abcdefgh" not in str(lines)
