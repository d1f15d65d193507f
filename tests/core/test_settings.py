"""Settings come as one value, and everything that is wrong with them comes at once."""

import pickle
from pathlib import Path

import msgspec
import pytest

from rms.errors import BadInput
from rms.settings import Secret, Settings, read_settings

KEY = "a1" * 32
NOTIFY = {"RMS_NOTIFY_KEY": "k3y-of-notify", "RMS_NOTIFY_TEMPLATE_SMS": "t1", "RMS_NOTIFY_TEMPLATE_EMAIL": "t2"}
TWILIO = {"RMS_TWILIO_SID": "AC1", "RMS_TWILIO_TOKEN": "tw1lio", "RMS_TWILIO_FROM": "07700900001"}


def faults(environ: dict[str, str]) -> list[str]:
    with pytest.raises(BadInput) as refused:
        read_settings(environ)
    return str(refused.value).splitlines()


def test_nothing_set_is_enough_to_start(tmp_path: Path) -> None:
    found = read_settings({"HOME": str(tmp_path)}, checkout=tmp_path)
    assert found.home == tmp_path / ".local" / "share" / "rms"
    assert (found.base_url, found.portal_url, found.web_port) == (
        "http://127.0.0.1:8000",
        "http://127.0.0.1:8000",
        8000,
    )
    assert (found.mllp_host, found.mllp_port) == ("127.0.0.1", 2575)
    others = (
        found.notify,
        found.twilio,
        found.register_fhir_url,
        found.audit_key,
        found.secret_key,
        found.database.owner,
    )
    assert others == (None,) * 6


def test_a_checkout_keeps_its_database_beside_the_code(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    assert read_settings({"HOME": "/nowhere"}, checkout=tmp_path).home == tmp_path / ".rms"
    assert read_settings({"RMS_HOME": str(tmp_path / "x")}, checkout=tmp_path).home == tmp_path / "x"


def test_the_default_checkout_is_this_one() -> None:
    assert (read_settings({}).home.parent / "rms" / "settings").is_dir()


def test_everything_set_is_read() -> None:
    roles = {
        role: f"postgresql://rms_{role}:pw@db.example.com/rms" for role in ("web", "worker", "listener", "failsafe")
    }
    found = read_settings(
        {
            "DATABASE_URL": "postgres:///rms?host=/run/postgresql",
            **{f"RMS_DATABASE_URL_{role.upper()}": url for role, url in roles.items()},
            "RMS_WEB_PORT": "8080",
            "RMS_BASE_URL": "https://rms.example.org/",
            "RMS_PORTAL_URL": "https://follow-up.example.org",
            "RMS_MLLP_HOST": "0.0.0.0",
            "RMS_MLLP_PORT": "6661",
            "RMS_REGISTER_FHIR_URL": "https://register.example.org/fhir/",
            "RMS_AUDIT_KEY": KEY,
            "RMS_SECRET_KEY": "correct horse battery staple, twice over",
            **NOTIFY,
            **TWILIO,
        }
    )
    assert found.database.owner == Secret("postgres:///rms?host=/run/postgresql")
    assert {role: getattr(found.database, role).reveal() for role in roles} == roles
    assert (found.web_port, found.mllp_host, found.mllp_port) == (8080, "0.0.0.0", 6661)
    assert (found.base_url, found.portal_url) == ("https://rms.example.org", "https://follow-up.example.org")
    assert found.register_fhir_url == "https://register.example.org/fhir"
    assert found.audit_key == Secret(KEY)
    assert found.notify is not None
    assert (found.notify.url, found.notify.template_sms) == ("https://api.notifications.service.gov.uk", "t1")
    assert found.twilio is not None
    assert (found.twilio.url, found.twilio.sender) == ("https://api.twilio.com", "07700900001")


def test_the_address_follows_the_port() -> None:
    assert read_settings({"RMS_WEB_PORT": "8123"}).portal_url == "http://127.0.0.1:8123"


def test_every_fault_is_told_at_once() -> None:
    found = faults(
        {
            "RMS_WEB_PORT": "70000",
            "RMS_MLLP_PORT": "mllp",
            "RMS_BASE_URL": "rms.example.org",
            "RMS_REGISTER_FHIR_URL": "https://register.example.org:port",
            "RMS_DATABASE_URL_WEB": "mysql://db.example.com/rms",
            "RMS_NOTIFY_URL": "https://notify.example.org",
            "RMS_TWILIO_SID": "AC1",
            "RMS_AUDIT_KEY": "too short",
            "RMS_SECRET_KEY": "too short",
            "RMS_NOTIFY_KYE": "k3y-of-notify",
        }
    )
    assert sorted(found) == [
        "RMS_AUDIT_KEY must be 32 bytes, written as 64 hexadecimal digits.",
        "RMS_BASE_URL must be an address that starts with http:// or https://.",
        "RMS_DATABASE_URL_WEB must be an address that starts with postgresql://.",
        "RMS_MLLP_PORT must be a port number from 1 to 65535.",
        "RMS_NOTIFY_KEY is missing although RMS_NOTIFY_URL is set.",
        "RMS_NOTIFY_KYE is not a setting of RMS; RMS_NOTIFY_KEY was probably meant.",
        "RMS_REGISTER_FHIR_URL must be an address that starts with http:// or https://.",
        "RMS_SECRET_KEY must be at least 32 characters long.",
        "RMS_TWILIO_FROM is missing although RMS_TWILIO_SID is set.",
        "RMS_TWILIO_TOKEN is missing although RMS_TWILIO_SID is set.",
        "RMS_WEB_PORT must be a port number from 1 to 65535.",
    ]


def test_names_that_are_not_nearly_ours_are_left_alone() -> None:
    ours_elsewhere = {"RMS_TEST_DATA": "/x", "RMS_CRASHPOINT": "point:1", "RMS_SOMETHING_ELSE": "1", "PATH": "/bin"}
    assert isinstance(read_settings(ours_elsewhere), Settings)


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n", encoding="utf-8")
    assert read_settings({"RMS_AUDIT_KEY_FILE": str(file)}).audit_key == Secret(KEY)
    database = tmp_path / "database"
    database.write_text("postgresql://o:pw@db.example.com/rms", encoding="utf-8")
    owner = read_settings({"DATABASE_URL_FILE": str(database)}).database.owner
    assert owner is not None
    assert owner.reveal().endswith("/rms")


def test_a_key_in_a_file_counts_for_what_needs_it(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("k3y", encoding="utf-8")
    assert (
        read_settings({"RMS_NOTIFY_URL": "https://n.example.org", "RMS_NOTIFY_KEY_FILE": str(file)}).notify is not None
    )


def test_a_file_that_gives_no_secret_is_a_fault(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.write_text("\n", encoding="utf-8")
    broken = tmp_path / "broken"
    broken.write_bytes(b"\xff\xfe\xfa")
    assert faults({"RMS_SECRET_KEY_FILE": str(empty)}) == ["RMS_SECRET_KEY_FILE names an empty file."]
    for path in (broken, tmp_path, tmp_path / "absent"):
        assert faults({"RMS_SECRET_KEY_FILE": str(path)}) == ["RMS_SECRET_KEY_FILE names a file that cannot be read."]
    both = {"RMS_AUDIT_KEY": KEY, "RMS_AUDIT_KEY_FILE": str(empty)}
    assert faults(both) == ["RMS_AUDIT_KEY and RMS_AUDIT_KEY_FILE are both set; keep one of them."]


def test_no_secret_shows_in_settings_or_in_what_is_wrong_with_them() -> None:
    canary = "c4nary-s3cret"
    shown = repr(
        read_settings({"RMS_NOTIFY_KEY": canary, "DATABASE_URL": f"postgresql://o:{canary}@h.example.com/rms"})
    )
    assert canary not in shown
    assert "Secret(…)" in shown
    wrong = {"RMS_AUDIT_KEY": canary, "DATABASE_URL": f"mysql://o:{canary}@h.example.com", "RMS_SECRET_KEY": canary}
    assert canary not in " ".join(faults(wrong))


def test_a_secret_is_neither_printed_nor_written_down() -> None:
    secret = Secret("c4nary")
    assert f"{secret} {secret!r} {secret!s} {[secret]}".count("c4nary") == 0
    assert (secret == Secret("c4nary"), secret == Secret("other"), secret == "c4nary") == (True, False, False)
    assert hash(secret) == hash(Secret("c4nary"))
    for write in (pickle.dumps, msgspec.json.encode):
        with pytest.raises(TypeError):
            write(secret)
