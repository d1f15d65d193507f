"""While the database is away every page of a person says so honestly, and nothing that was saved is lost."""

import httpx
import pytest

from rms.db.database import Database

from .conftest import ORIGIN, Browser, make_app

pytestmark = pytest.mark.anyio


async def test_the_pages_say_so_and_go_on_when_it_is_back(world, tmp_path, him):
    async with Database(world.url("rms_web"), name="fragile", size=2, acquire_timeout_s=1) as database:
        app = make_app(database, tmp_path)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with app.lifespan(), httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
            browser = Browser(client)
            page = await browser.come_in(him.locator)
            await database.close()
            for answer in (
                await browser.get(f"/r/{him.locator}"),
                await browser.get("/questions/q/wellbeing"),
                await browser.post(page, "/questions/q/wellbeing", {"answer": "well"}),
            ):
                assert answer.status_code == 503
                assert answer.headers["retry-after"]
                assert "not available right now" in answer.text
                assert "What you saved before is safe" in answer.text
            await database.open()
            assert (await browser.post(page, "/questions/q/wellbeing", {"answer": "well"})).status_code == 303
