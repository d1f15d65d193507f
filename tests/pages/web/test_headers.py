"""One test a header, on every kind of answer: page, error, redirect, missing path, machine, file."""

import pytest

pytestmark = pytest.mark.anyio

ANSWERS = [
    ("GET", "/page"),
    ("GET", "/nowhere"),
    ("GET", "/fail/bug"),
    ("GET", "/api/fail/bug"),
    ("GET", "/stranger"),
    ("GET", "/nobody"),
    ("POST", "/page"),
    ("POST", "/machine"),
    ("DELETE", "/page"),
    ("GET", "/assets/nhsuk-0123.css"),
    ("GET", "/assets/missing.css"),
]


@pytest.fixture(params=ANSWERS, ids=lambda answer: " ".join(answer))
async def answer(request, browser):
    method, path = request.param
    return await browser.request(method, path)


async def test_content_security_policy_allows_nothing_inline_and_nobody_else(answer):
    rules = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert rules == {
        "default-src": "'none'",
        "style-src": "'self'",
        "script-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }


async def test_strict_transport_security(answer):
    assert answer.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"


async def test_nosniff(answer):
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_referrer_policy(answer):
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_cross_origin_opener_policy(answer):
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"


async def test_cross_origin_resource_policy(answer):
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


async def test_no_framing_for_old_browsers(answer):
    assert answer.headers["x-frame-options"] == "DENY"


async def test_permissions_policy(answer):
    assert "camera=()" in answer.headers["permissions-policy"]
    assert "geolocation=()" in answer.headers["permissions-policy"]


async def test_only_built_files_are_kept(answer):
    path = answer.request.url.path
    kept = "public, max-age=31536000, immutable" if path == "/assets/nhsuk-0123.css" else "no-store"
    assert answer.headers["cache-control"] == kept


async def test_files_whose_names_stay_are_kept_for_a_day(browser):
    assert (await browser.get("/assets/images/icon.svg")).headers["cache-control"] == "public, max-age=86400"


async def test_nothing_says_what_we_run(answer):
    assert "server" not in answer.headers
    assert "x-powered-by" not in answer.headers
