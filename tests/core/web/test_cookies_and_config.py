"""Cookies are for this host only, and the loose kind exists in a demo alone."""

import pytest

from rms.web.config import WebConfig
from rms.web.cookies import Cookies, SessionCookie, new_value

SECRET = b"s" * 32
HTTPS = ("https://rms.example.org",)


def test_a_cookie_is_bound_to_the_host_and_hidden_from_scripts():
    written = Cookies().write(SessionCookie.STAFF, value="v").to_header(header="")
    assert written.startswith("__Host-rms-staff=v;")
    for part in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
        assert part in written
    assert "Domain" not in written


def test_a_cookie_can_be_ended():
    assert "Max-Age=0" in Cookies().end(SessionCookie.PERSON).to_header(header="")


def test_plain_http_drops_the_prefix_and_secure_and_nothing_else():
    written = Cookies(over_plain_http=True).write(SessionCookie.STAFF, value="v").to_header(header="")
    assert written.startswith("rms-staff=v;")
    assert "Secure" not in written
    assert "HttpOnly" in written


def test_plain_http_is_for_a_demo_only():
    loose = Cookies(over_plain_http=True)
    with pytest.raises(ValueError, match="demo"):
        WebConfig(secret=SECRET, origins=HTTPS, cookies=loose)
    assert WebConfig(secret=SECRET, origins=HTTPS, cookies=loose, demo=True).demo


def test_a_short_secret_and_no_address_are_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        WebConfig(secret=b"short", origins=HTTPS)
    with pytest.raises(ValueError, match="address"):
        WebConfig(secret=SECRET, origins=())


def test_hosts_come_from_configuration():
    config = WebConfig(secret=SECRET, origins=("https://rms.example.org", "https://people.example.org:8443"))
    assert config.hosts == ("people.example.org:8443", "rms.example.org")


def test_values_are_long_and_differ():
    values = {new_value() for _ in range(1000)}
    assert len(values) == 1000
    assert min(map(len, values)) >= 43
