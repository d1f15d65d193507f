"""No log of any process holds who somebody is, or a secret: not when all goes well, and not when everything goes wrong.

Real processes on a real database play the beginning of the story. Then comes what makes programs talk: hostile requests,
broken messages, rows that the database refuses, and a database that is killed in the middle. Afterwards every log is
searched for every name, number, date, address, link, token and password there is.
"""

import asyncio
import contextlib
import os
import signal
import socket
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from rms.db.database import Database
from rms.db.embedded.passwords import read_passwords
from rms.rehearsal.laboratory import Sample, oru
from rms.rehearsal.notify_server.app import REHEARSAL_KEY
from rms.rehearsal.people import story_people
from rms.rehearsal.story.answering import forms_in
from rms.rehearsal.story.clockwork import Clockwork
from rms.rehearsal.story.expected import Values, meanings
from rms.rehearsal.story.look import link_in, taken_by_provider
from rms.rehearsal.story.performance import BEGINS
from rms.rehearsal.story.scenes import Story
from rms.rehearsal.story.stage import FACILITY, Stage
from tests.journeys.canaries import Canary, leaks, logs_under, of_day, of_number, of_words

STRANGER = "Zachariah Featherstonehaugh"
STRANGERS_NUMBER = "9990000018"
STRANGERS_EMAIL = "zachariah@example.com"
PASSWORD = "a-pass-phrase-nobody-may-read"
REFUSED_VALUE = "0.0777"
HE_IS_ASKED = date(2027, 7, 31)  # the day after his first symptom check is due

#: What the logs must speak of before a search in them proves anything.
TALKED_OF = {
    "web": ("request_refused", "request_failed", "callback_refused", "sign_in_refused", "link_refused", "link_opened"),
    "worker": ("message_set_aside", "database_away"),
    "listener": ("frame_received",),
}


class Hostile(Story):
    """The story as far as the first result, then everything that could make a log talk."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage, Values())
        self.tokens: list[str] = []
        self.links: list[str] = []

    async def play(self) -> None:
        self.clock = Clockwork(self.owner)
        async with Database(self.stage.server.url("rms_web"), name="nurse", size=2) as self.web:
            await self.clock.morning_of(BEGINS)
            await self.the_register_sends_people()
            await self.the_nurse_starts_a_plan()
            await self.another_trust_follows_him_too()
            value, meaning = meanings(self.values)[0]
            await self.until_the_sample(value)
            await self.a_result_arrives(value, meaning)
            await self.clock.pass_days_until(HE_IS_ASKED)
        self.links = [
            link_in(one).rsplit("/", 1)[-1]
            for one in taken_by_provider(self.stage.notify_log, to=self.mobile)
            if "/r/" in one["body"]
        ]

    async def go_wrong(self) -> None:
        """Hostile pages, broken messages, refused rows, and the end of the database; each must leave a line in a log."""
        await self._refuse_rows()
        await asyncio.to_thread(self._hostile_pages)
        for message in self._broken_messages():
            await self.send(message)
        await self._until("message_set_aside", of="worker")
        await asyncio.to_thread(self._a_person_whose_answers_are_refused)
        self._kill_the_database()
        await asyncio.to_thread(self._hostile_pages)
        for of, events in TALKED_OF.items():
            for event in events:
                await self._until(event, of=of)
        await self.clock.now()  # it is back

    async def _refuse_rows(self) -> None:
        """The server names the whole row when it refuses one: that must stay between it and us."""
        await self.owner.execute(
            "alter table result_version add constraint canary check (value_text <> '0.0777') not valid"
        )
        await self.owner.execute(
            "alter table result add constraint canary check (source_key not like '%CANARY%') not valid"
        )
        await self.owner.execute("alter table answer add constraint canary check (saved_by = '') not valid")

    def _hostile_pages(self) -> None:
        """Requests that carry names and numbers wherever a request can carry anything."""
        base, man = self.stage.base_url, self.man.person
        asked: list[tuple[str, str, dict[str, Any]]] = [
            ("GET", f"/{man.nhs_number}", {}),
            ("GET", f"/patients/{man.nhs_number}?name={man.name.family}", {}),
            ("GET", f"/people?q={man.name.family}&nhs={man.nhs_number}", {"headers": {"Referer": f"{base}/{STRANGER}"}}),
            ("GET", "/", {"headers": {"User-Agent": STRANGER, "X-Forwarded-For": STRANGERS_NUMBER}}),
            ("GET", "/", {"cookies": {"__Host-rms": PASSWORD, "rms-staff": PASSWORD, "rms-person": PASSWORD}}),
            ("POST", "/sign-in", {"data": {"sign_in_name": STRANGERS_EMAIL, "password": PASSWORD}}),
            ("POST", "/sign-in", {"content": f"\xff{STRANGER}&&=%%%{man.nhs_number}".encode("latin-1")}),
            ("POST", f"/{STRANGERS_NUMBER}/{man.name.family}", {"data": {"nhs": str(man.nhs_number)}}),
            ("POST", "/callbacks/notify", {"json": {"to": self.mobile, "reference": STRANGER}}),
            ("POST", "/callbacks/notify", {"json": {"to": self.mobile}, "headers": {"Authorization": f"Bearer {PASSWORD}"}}),
            ("POST", "/callbacks/notify", {"content": f'{{"to": "{self.mobile}", '.encode(),
                                           "headers": {"Authorization": f"Bearer {self._callback_token()}"}}),
            ("POST", "/callbacks/notify", {"json": {"id": STRANGER, "reference": STRANGERS_NUMBER, "status": STRANGER,
                                                    "to": self.mobile},
                                           "headers": {"Authorization": f"Bearer {self._callback_token()}"}}),
            ("POST", "/callbacks/twilio", {"data": {"To": self.mobile, "Body": STRANGER}}),
            ("PUT", f"/r/{self.links[0]}", {"content": STRANGER.encode()}),
        ]  # fmt: skip
        with httpx.Client(base_url=base, timeout=30) as browser:
            for method, path, more in asked:
                headers = {"Origin": base} | more.pop("headers", {})
                cookies = "; ".join(f"{name}={value}" for name, value in more.pop("cookies", {}).items())
                headers |= {"Cookie": cookies} if cookies else {}
                with contextlib.suppress(httpx.TransportError):
                    browser.request(method, path, headers=headers, **more)
            with contextlib.suppress(httpx.TransportError):
                _fill(browser, "/sign-in", STRANGERS_EMAIL, PASSWORD)
                _fill(browser, f"/r/{STRANGERS_NUMBER}/you", "31", "2", STRANGER)
                _fill(browser, f"/r/{self.links[0]}/you", "1", "2", "1950")
        for raw in (f"GET /{man.nhs_number} HTTP/9\r\n\r\n", f"{STRANGER} {STRANGERS_NUMBER}\r\n\r\n"):
            with (
                contextlib.suppress(OSError),
                socket.create_connection(("127.0.0.1", self.stage.ports.web), timeout=5) as wire,
            ):
                wire.sendall(raw.encode())
                wire.recv(4096)

    def _callback_token(self) -> str:
        return (self.stage.home / "callback.token").read_text()

    def _broken_messages(self) -> list[bytes]:
        good = oru(
            self.man, Sample(sampled_on=BEGINS, value="0.05", order="B1"), sent_at=datetime.now(UTC), facility=FACILITY
        )
        refused = oru(self.man, Sample(sampled_on=BEGINS, value=REFUSED_VALUE, order="CANARY"), sent_at=datetime.now(UTC),
                      facility=FACILITY)  # fmt: skip
        born = str(self.man.person.born_on).replace("-", "").encode()
        family = self.man.person.name.family.encode()
        return [
            refused,
            good.replace(born, b"19010101").replace(b"B1", b"B2"),
            good.replace(family, STRANGER.encode()).replace(b"B1", b"B3"),
            good.replace(b"83112-3", STRANGER.encode()).replace(b"B1", b"B4"),
            good.replace(b"|ug/L|", f"|{STRANGERS_EMAIL}|".encode()).replace(b"B1", b"B5"),
            good.replace(str(self.man.person.nhs_number).encode(), b"9990000000").replace(b"B1", b"B6"),
            good.replace(FACILITY.encode(), STRANGER.encode()).replace(b"B1", b"B7"),
            good.replace(b"ORU^R01", STRANGER.encode()).replace(b"B1", b"B8"),
            f"MSH{STRANGER}|{STRANGERS_NUMBER}".encode(),
            f"{STRANGER}\r{STRANGERS_NUMBER}\r".encode(),
            good.replace(b"\r", b"\xff\xfe\r"),
        ]

    def _a_person_whose_answers_are_refused(self) -> None:
        """He proves who he is and answers; the database refuses the answer in the middle of the request."""
        born = self.man.person.born_on.exact
        assert born is not None
        with httpx.Client(base_url=self.stage.base_url, timeout=30, follow_redirects=True) as browser:
            for link in self.links:
                _fill(browser, f"/r/{link}/you", str(born.day), str(born.month), str(born.year))
                self.tokens += browser.cookies.values()
                _fill(browser, "/questions")

    def _kill_the_database(self) -> None:
        pid = int((self.stage.home / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)

    async def _until(self, event: str, *, of: str) -> None:
        """Wait until a process has logged an event: a log that says nothing proves nothing."""
        for _ in range(200):
            if f'"{event}"' in (self.stage.logs / f"{of}.log").read_text(errors="replace"):
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"{of} never logged {event}")

    async def canaries(self) -> list[Canary]:
        """Everything on file that tells who somebody is, and every secret of this home."""
        found: list[Canary] = of_words("a stranger", STRANGER, STRANGER.split()[1], STRANGERS_EMAIL)
        found += of_number("a stranger's number", STRANGERS_NUMBER)
        for one in story_people(today=BEGINS):
            found += of_words("a name", one.person.name.family, *one.person.name.given)
            if one.person.born_on.exact:
                found += of_day("a birth date", one.person.born_on.exact)
        for row in await self.owner.fetch("select nhs_number, family_name, given_names from patient"):
            found += of_number("an NHS number", row["nhs_number"]) + of_words("a name", row["family_name"])
        for row in await self.owner.fetch("select kind, value from contact_point"):
            found += of_number("a telephone number", row["value"]) if row["kind"] == "mobile" else []
            found += of_words(f"a contact detail ({row['kind']})", *row["value"].splitlines()[:1])
        for row in await self.owner.fetch("select value from patient_identifier"):
            found += of_words("a hospital number", row["value"])
        found += of_words("a link", *self.links) + of_words("a session", *self.tokens)
        found += of_words("a result", REFUSED_VALUE)
        found += of_words("a secret", PASSWORD, self._callback_token(), REHEARSAL_KEY, REHEARSAL_KEY[-36:])
        return found + of_words("a database password", *(read_passwords(self.stage.home) or {}).values())


def _fill(browser: httpx.Client, path: str, *typed: str) -> None:
    """Fill the form of a page and send it: the boxes as typed, the first of all choices."""
    page = browser.get(path)
    for form in forms_in(page.text)[:1]:
        chosen = {name: options[0] for name, options in form.choices.items()}
        sent = form.fields | chosen | dict(zip(form.boxes, typed, strict=False))
        browser.post(
            str(page.url.join(form.action)), data=sent, headers={"Origin": f"http://{page.url.netloc.decode()}"}
        )


@pytest.fixture
def home(passable: Path) -> Path:
    """A home that the database's user may reach."""
    return passable / "canary"


async def test_no_log_tells_who_somebody_is(home: Path) -> None:
    stage = Stage(home)
    try:
        await asyncio.to_thread(stage.open, fresh=True, tick=0.1)
        hostile = Hostile(stage)
        await hostile.play()
        await hostile.go_wrong()
        canaries = await hostile.canaries()
        await hostile.owner.close()
    finally:
        await asyncio.to_thread(stage.close)
    files = logs_under(home)
    assert {Path(name).name for name in files} >= {"web.log", "worker.log", "listener.log", "postgres.log"}
    kinds = {canary.what for canary in canaries}
    assert kinds >= {"a name", "an NHS number", "a birth date", "a telephone number", "a link", "a session", "a secret",
                     "a database password"}  # fmt: skip
    assert leaks(canaries, files) == []


def test_a_planted_text_is_found_in_whatever_shape(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    canaries = of_words("a name", "Featherstone") + of_number("a number", "+447700900123")
    canaries += of_number("an NHS number", "9990000018") + of_day("a day", date(1953, 4, 7))
    for line in (
        "FEATHERSTONE",
        "tel 07700 900123",
        "447700900123",
        "999 000 0018",
        "1953-04-07",
        "19530407",
        "April 7, 1953",
    ):
        (tmp_path / "deep" / "x.log.1").write_text(f"all is well\n{{'said': '{line}'}}\n")
        [leak] = leaks(canaries, logs_under(tmp_path))[:1]
        assert (leak.line, leak.file) == (2, str(tmp_path / "deep" / "x.log.1")), line
    (tmp_path / "deep" / "x.log.1").write_text("all is well\n")
    assert leaks(canaries, logs_under(tmp_path)) == []
