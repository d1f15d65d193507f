"""The keys of the audit: made once, kept private, never forgotten."""

from pathlib import Path

import pytest

from rms.audit.keys import public_keys, signing_key
from rms.errors import Unavailable
from rms.settings import Secret


def test_a_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    first = signing_key(tmp_path, given=None)
    assert signing_key(tmp_path, given=None).private_bytes_raw() == first.private_bytes_raw()
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "audit").iterdir()}
    assert len(modes) == 2
    assert set(modes.values()) == {0o600}


def test_a_changed_key_leaves_the_old_one_to_verify_with(tmp_path: Path) -> None:
    old = signing_key(tmp_path, given=None)
    new = signing_key(tmp_path, given=Secret("07" * 32))
    kept = public_keys(tmp_path)
    assert len(kept) == 2
    assert old.public_key() in kept
    assert new.public_key() in kept


def test_no_keys_are_no_error(tmp_path: Path) -> None:
    assert public_keys(tmp_path) == []


def test_a_damaged_key_is_said_in_words(tmp_path: Path) -> None:
    signing_key(tmp_path, given=None)
    (tmp_path / "audit" / "signing.key").write_text("half a ke")
    with pytest.raises(Unavailable, match="is damaged"):
        signing_key(tmp_path, given=None)


def test_a_home_that_cannot_be_used_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "audit").write_text("a file where the folder should be")
    with pytest.raises(Unavailable, match="cannot be used"):
        signing_key(tmp_path, given=None)
