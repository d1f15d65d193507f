"""Deny by default: a route without a policy stops the start and answers nobody."""

import random
import re

import httpx
import pytest
from litestar import Litestar, asgi, get, post
from litestar.types import Receive, Scope, Send

from rms.web.guard import PUBLIC, Policy, RouteWithoutPolicy, assert_every_route_has_a_policy, walk_routes

pytestmark = pytest.mark.anyio


@get("/forgotten", sync_to_thread=False)
def forgotten() -> str:
    return "secret"


@post("/nonsense", opt={"policy": "public"}, sync_to_thread=False)
def nonsense() -> str:
    return "secret"


@asgi("/mounted", is_mount=True, copy_scope=True)
async def mounted(scope: Scope, receive: Receive, send: Send) -> None:
    del scope, receive, send


@pytest.mark.parametrize("handler", [forgotten, nonsense, mounted])
async def test_the_start_refuses_a_route_without_a_policy(make_app, handler):
    app = make_app(handler)
    with pytest.raises(RouteWithoutPolicy, match=handler.handler_name):
        assert_every_route_has_a_policy(app)
    with pytest.raises((RouteWithoutPolicy, ExceptionGroup)):
        async with app.lifespan():
            pass


async def test_even_if_it_started_it_would_answer_nobody(make_app):
    transport = httpx.ASGITransport(app=make_app(forgotten))
    async with httpx.AsyncClient(transport=transport, base_url="https://rms.example.org") as client:
        answer = await client.get("/forgotten")
    assert answer.status_code == 404
    assert "secret" not in answer.text


async def test_the_start_goes_through_when_every_route_has_one(app):
    assert_every_route_has_a_policy(app)
    async with app.lifespan():
        pass


def test_the_walk_lists_every_path_method_and_policy(app: Litestar):
    lines = {(line.method, line.path): line.policy for line in walk_routes(app)}
    assert lines["GET", "/staff"] == "staff"
    assert lines["POST", "/staff"] == "staff"
    assert lines["GET", "/login/x"] == "stranger"
    assert lines["GET", "/assets/{file_path:path}"] == "public"
    assert not [method for method, _ in lines if method == "OPTIONS"]
    assert None not in lines.values()


def test_public_is_a_policy():
    assert isinstance(PUBLIC, Policy)
    assert PUBLIC.cookie is None


async def test_verdicts_become_answers(browser):
    assert (await browser.get("/nobody")).status_code == 403
    assert (await browser.get("/hidden")).status_code == 404
    away = await browser.get("/stranger")
    assert (away.status_code, away.headers["location"]) == (303, "/sign-in")


async def test_hidden_and_missing_look_the_same(browser):
    hidden, missing, other = [await browser.get(path) for path in ("/hidden", "/nowhere", "/fail/not-found")]
    assert hidden.text == missing.text == other.text


async def test_options_says_nothing(browser):
    assert (await browser.options("/staff")).status_code == 404


async def test_no_odd_path_opens_a_door(browser):
    odd = random.Random(5)
    parts = [
        "/",
        "//",
        "login",
        "/login/x",
        "%2e",
        "%2f",
        "..",
        "staff",
        "hidden",
        "nobody",
        "?x=/page",
        "#",
        "STAFF",
        "page",
    ]
    for _ in range(600):
        path = "/" + "".join(odd.choices(parts, k=odd.randint(1, 4)))
        answer = await browser.get(f"https://rms.example.org{path}")
        asked = re.sub("/+", "/", answer.request.url.path).rstrip("/")
        assert answer.status_code >= 300 or asked in {"/page", "/staff"}, path
