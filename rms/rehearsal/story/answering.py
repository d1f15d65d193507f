"""The man answers on his telephone: he taps the link, gives his birth date, and goes page by page to the end.

A browser without scripts: it reads forms from the page and sends them. He has nothing to report, so that he picks the
answer with the fewest points that raises no alert.
"""

import asyncio
from html.parser import HTMLParser
from typing import Any

import httpx
import msgspec

from rms.questionnaires.library import definition_of
from rms.questionnaires.model import Definition
from rms.rehearsal.story.look import check

MOST_PAGES = 60
PATIENCE = 30
#: The page before the first question has a link and no form.
_BEFORE, _FIRST = "/questions/start", "/questions"


class Away(Exception):
    """The server answers that its database is away."""


class Form(msgspec.Struct):
    """One form of a page: where it goes, what it holds, and the choices of each group of buttons."""

    action: str
    fields: dict[str, str]
    choices: dict[str, list[str]]
    boxes: list[str]


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method", "get").lower() == "post":
            self.forms.append(Form(action=given.get("action", ""), fields={}, choices={}, boxes=[]))
            self._open = True
        elif self._open and tag == "input":
            self._input(given)
        elif self._open and tag == "textarea":
            self.forms[-1].boxes.append(given.get("name", ""))

    def _input(self, given: dict[str, str]) -> None:
        kind, name = given.get("type", "text"), given.get("name", "")
        if kind == "hidden":
            self.forms[-1].fields[name] = given.get("value", "")
        elif kind == "radio":
            self.forms[-1].choices.setdefault(name, []).append(given.get("value", ""))
        elif kind != "checkbox":
            self.forms[-1].boxes.append(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False


def forms_in(page: str) -> list[Form]:
    """The forms of a page that are sent, in order."""
    reader = _Forms()
    reader.feed(page)
    return reader.forms


class Answerer:
    """Answers one questionnaire after another, each link once."""

    def __init__(self, story: Any) -> None:
        self._story = story
        self._answered: set[str] = set()

    async def answer(self, link: str) -> None:
        """Tap a link and answer everything; a reminder about what was answered already is left alone."""
        if link in self._answered:
            return
        self._answered.add(link)
        for attempt in range(PATIENCE):
            try:
                await asyncio.to_thread(self._go_through, link)
                break
            except (httpx.TransportError, Away):
                # The server went away while he answered: he taps the link again and goes on where he stood.
                if attempt == PATIENCE - 1:
                    raise
                await asyncio.sleep(1)
        await self._story.clock.quiet()
        await self._story.line("person", "answers the symptom check on his telephone", "nothing to report")

    def _go_through(self, link: str) -> None:
        born = self._story.man.person.born_on.exact
        definition = definition_of("symptom-check-prostate")
        with httpx.Client(follow_redirects=True, timeout=30, event_hooks={}) as browser:
            page = browser.get(link)
            if page.status_code == 503:
                raise Away
            check(page.status_code == 200, f"The link of the message answers {page.status_code}.")
            for _ in range(MOST_PAGES):
                forms = forms_in(page.text)
                if not forms:
                    break
                form = forms[0]
                filled = dict(form.fields)
                if {"born_on-day"} & set(form.boxes) or any(name.endswith("day") for name in form.boxes):
                    filled |= {
                        name: str(getattr(born, name.rsplit("-", 1)[-1].rsplit("_", 1)[-1])) for name in form.boxes
                    }
                else:
                    filled |= {name: _calm(options, definition) for name, options in form.choices.items()}
                    filled |= {name: _short(name, page.text) for name in form.boxes}
                page = browser.post(str(page.url.join(form.action)), data=filled, headers={"Origin": _origin(page.url)})
                if page.status_code == 503:
                    raise Away
                check(page.status_code == 200, f"A page of the questionnaire answers {page.status_code}.")
                if page.url.path == _BEFORE:
                    page = browser.get(str(page.url.join(_FIRST)))
            check("sent" in page.text.lower(), "The questionnaire did not come to its end.")


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.host}:{url.port}" if url.port else f"{url.scheme}://{url.host}"


def _calm(options: list[str], definition: Definition) -> str:
    """The answer with the fewest points; a question without points gets its last answer that is no refusal."""
    for item in definition.items:
        codes = {option.code: option.ordinal for option in item.options}
        if set(options) & set(codes):
            return min((code for code in options if code in codes), key=lambda code: codes[code] or 0)
    return "false" if "false" in options else "no" if "no" in options else options[-1]


def _short(name: str, page: str) -> str:
    del name
    return "0" if 'inputmode="numeric"' in page or 'inputmode="decimal"' in page else "All is well, thank you."
