"""Whether a home's server runs is asked without touching anything."""

from pathlib import Path

from rms.db.embedded.lock import HomeLock, is_held


def test_a_home_is_held_while_somebody_holds_its_lock(tmp_path: Path) -> None:
    assert not is_held(tmp_path / "none")
    assert not is_held(tmp_path)
    assert list(tmp_path.iterdir()) == []
    lock = HomeLock(tmp_path)
    assert lock.take()
    assert is_held(tmp_path)
    lock.release()
    assert not is_held(tmp_path)
