"""Help stands in the same place and words on every page of a person, and says nothing about anybody."""

import re

import pytest

from .conftest import person_link, see

pytestmark = pytest.mark.anyio

HELP = ("/help", "/help/privacy", "/help/accessibility")


def footer(text: str) -> str:
    found = re.search(r"<footer.*</footer>", text, re.DOTALL)
    assert found is not None
    return found[0]


async def test_the_same_place_and_words_on_every_page(world, browser, him):
    link = f"/r/{him.locator}"
    pages = [await browser.get(path) for path in (*HELP, link, f"{link}/new", f"{link}/not-me", "/your-pages")]
    await browser.come_in(him.locator)
    paths = ("/questions/start", "/questions/q/wellbeing", "/questions/phone", "/your-pages", "/symptoms", "/tell-us", "/code",
             "/questions/q/no-such")  # fmt: skip
    pages += [await browser.get(path) for path in paths]
    pages.append(await see(world, browser))
    assert {page.status_code for page in pages} == {200, 401, 404}
    assert {footer(page.text) for page in pages} == {footer(pages[0].text)}
    for address in HELP:
        assert f'href="{address}"' in footer(pages[0].text)
    for page in pages:
        assert "Your follow-up</title>" in page.text, page.url


async def test_help_is_for_everybody_and_names_no_person_and_no_illness(world, browser, him):
    await browser.come_in(await person_link(world, him))
    for path in HELP:
        page = await browser.get(path)
        assert page.status_code == 200
        for word in ("Ashdown", "Peter", "Urology", "prostate", "cancer"):
            assert word not in page.text
    assert "privacy notice" in (await browser.get("/help/privacy")).text
