"""HEAD is answered wherever GET is, with the same head and no body, behind the same guard."""

import pytest

from tests.cast import Trust, a_trust
from tests.database import World
from tests.pages.site import Site
from tests.worklists import nurse


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


async def test_head_is_get_without_its_body(site: Site, trust: Trust):
    browser = await nurse(site, trust)
    for path in ("/today", "/health", "/unmatched", "/nowhere"):
        whole, head = await browser.get(path), await browser.head(path)
        assert head.status_code == whole.status_code, path
        assert head.content == b""
        assert head.headers["content-length"] == whole.headers["content-length"]
        assert head.headers["content-security-policy"]


async def test_the_guard_and_the_method_still_count(site: Site, trust: Trust):
    stranger = site.browser()
    assert (await stranger.head("/today")).status_code == (await stranger.get("/today")).status_code != 200
    assert (await stranger.head("/sign-out")).status_code == 405
