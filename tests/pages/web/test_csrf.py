"""Nobody else's page can make a browser act here."""

import pytest

from rms.web.csrf import token_for

pytestmark = pytest.mark.anyio

STAFF = {"cookie": "__Host-rms-staff=nurse-one"}


async def test_a_form_of_ours_goes_through(browser, token):
    first = await browser.get("/page")
    assert "__Host-rms-visit=" in first.headers["set-cookie"]
    answer = await browser.post("/page", data={"csrf_token": token(first), "name": "Ada"})
    assert answer.status_code == 303


async def test_the_visit_cookie_is_given_once_and_the_token_stays(browser, token):
    first = await browser.get("/page")
    second = await browser.get("/page")
    assert "set-cookie" not in second.headers
    assert token(first) == token(second)


@pytest.mark.parametrize("given", [None, "", "wrong", "a" * 64])
async def test_no_token_or_a_wrong_one_is_refused(browser, given):
    await browser.get("/page")
    answer = await browser.post("/page", data={"name": "Ada"} | ({} if given is None else {"csrf_token": given}))
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.text


async def test_another_browsers_token_is_refused(browser, token):
    foreign = token(await browser.get("/page"))
    browser.cookies.clear()
    await browser.get("/page")
    assert (await browser.post("/page", data={"csrf_token": foreign, "name": "Ada"})).status_code == 403


async def test_a_token_without_a_cookie_is_refused(browser, token):
    found = token(await browser.get("/page"))
    browser.cookies.clear()
    assert (await browser.post("/page", data={"csrf_token": found, "name": "Ada"})).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example.com"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"origin": "https://rms.example.org.evil.example.com"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
async def test_a_request_from_elsewhere_is_refused_even_with_the_token(browser, token, headers):
    found = token(await browser.get("/page"))
    answer = await browser.post("/page", data={"csrf_token": found, "name": "Ada"}, headers=headers)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "ours",
    [
        {"origin": "https://rms.example.org", "sec-fetch-site": "same-origin"},
        # What browsers say from pages that send no referrer, the new ones and the old ones.
        {"origin": "null", "sec-fetch-site": "same-origin"},
        {"origin": "null"},
    ],
)
async def test_our_own_origin_goes_through(browser, token, ours):
    found = token(await browser.get("/page"))
    assert (await browser.post("/page", data={"csrf_token": found, "name": "Ada"}, headers=ours)).status_code == 303


async def test_in_a_session_the_token_is_bound_to_the_session(browser, token):
    visit = token(await browser.get("/page"))
    in_session = token(await browser.get("/staff", headers=STAFF))
    assert in_session != visit
    both = {"cookie": f"{STAFF['cookie']}; __Host-rms-visit={browser.cookies['__Host-rms-visit']}"}
    assert (await browser.post("/staff", data={"csrf_token": visit}, headers=both)).status_code == 403
    assert (await browser.post("/staff", data={"csrf_token": in_session}, headers=STAFF)).status_code == 201
    other = {"cookie": "__Host-rms-staff=nurse-two"}
    assert (await browser.post("/staff", data={"csrf_token": in_session}, headers=other)).status_code == 403


async def test_a_value_of_one_cookie_is_worth_nothing_in_another(browser, token):
    in_session = token(await browser.get("/staff", headers=STAFF))
    moved = {"cookie": "__Host-rms-visit=nurse-one"}
    assert (await browser.post("/page", data={"csrf_token": in_session, "name": "A"}, headers=moved)).status_code == 403


async def test_the_token_may_come_as_a_header(browser, token):
    in_session = token(await browser.get("/staff", headers=STAFF))
    answer = await browser.post("/staff", json={}, headers=STAFF | {"x-csrf-token": in_session})
    assert answer.status_code == 201


async def test_a_machine_opts_out_aloud(browser):
    assert (await browser.post("/machine", json={})).json() == {"done": True}


def test_another_secret_makes_another_token():
    assert token_for("v", secret=b"a" * 32) != token_for("v", secret=b"b" * 32)


async def test_a_form_in_several_parts_carries_its_token_too(browser, token):
    found = token(await browser.get("/page"))
    files = {"csrf_token": (None, found), "name": (None, "Ada")}
    assert (await browser.post("/page", files=files)).status_code == 303


async def test_a_body_that_is_no_form_is_an_honest_page(browser):
    headers = {"content-type": "application/x-www-form-urlencoded"}
    many = "&".join(f"f{number}=1" for number in range(600))
    answer = await browser.post("/page", content=many, headers=headers)
    assert answer.status_code == 400
    assert "could not be read" in answer.text
