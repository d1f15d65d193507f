"""What a first visit costs on a slow line, measured on the real web process: at most 60 KB in at most 5 requests."""

import re
from pathlib import Path

import httpx

from tests.cast import a_trust
from tests.database import World
from tests.pages.test_served import served

MOST_BYTES = 60 * 1024
MOST_REQUESTS = 5
LATER_PAGES = 16 * 1024
LOADED = re.compile(r'<(?:link rel="stylesheet"|script|img)[^>]*(?:href|src)="(/[^"]+)"')


async def weight(client: httpx.AsyncClient, path: str) -> tuple[int, str]:
    """The bytes of one answer as they travel, heading lines included, and its text."""
    async with client.stream("GET", path) as answer:
        assert answer.status_code == 200, path
        raw = b"".join([chunk async for chunk in answer.aiter_raw()])
        head = sum(len(name) + len(value) + 4 for name, value in answer.headers.raw)
        packed = answer.headers.get("content-encoding") == "gzip"
        text = httpx.Response(200, headers=answer.headers, content=raw).text
        assert packed == path.startswith("/assets/"), path
        return len(raw) + head, text


async def test_a_first_visit_is_light(world: World, tmp_path: Path) -> None:
    await a_trust(world)
    async with (
        served(world, tmp_path) as (_, port),
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers={"accept-encoding": "gzip"}) as client,
    ):
        page, text = await weight(client, f"/r/{'x' * 22}")
        wanted = LOADED.findall(text)
        assert "What is your date of birth?" in text
        loaded = [await weight(client, path) for path in wanted]
        assert 1 + len(wanted) <= MOST_REQUESTS
        assert page + sum(size for size, _ in loaded) <= MOST_BYTES
        # What is kept for ever is not asked for again.
        assert page <= LATER_PAGES
