"""Attachments: on the disk and safe before the row is committed, named by their content, without traces when anonymous."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kjerne import files
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.filinnhald import Inspected
from kjerne.models import Fil
from tests.cast import Cast
from tests.conftest import Clock, WorkFor

DATA = b"%PDF-1.7 innhald"


@pytest.fixture
def inspected() -> Inspected:
    return Inspected(data=DATA, mime="application/pdf", filename="rom 12.pdf", text="")


@pytest.mark.both
def test_bytes_lie_under_their_own_sum_and_once(
    databases: Databases, work_for: WorkFor, cast: Cast, config: Config, inspected: Inspected
) -> None:
    with databases.writing() as db:
        work = work_for(db, cast.kari)
        first, second = (files.store(work, "avvik", number, inspected) for number in (1, 2))
        db.commit()
        assert first.sha256 == second.sha256 == hashlib.sha256(DATA).hexdigest()
        assert first.offentleg_id != second.offentleg_id
        assert (first.person_id, first.namn, first.storleik) == (cast.kari.id, "rom 12.pdf", len(DATA))
    assert files.path_of(config.data_dir, hashlib.sha256(DATA).hexdigest()).read_bytes() == DATA
    assert len([path for path in (config.data_dir / "filer").rglob("*") if path.is_file()]) == 1


def test_an_anonymous_file_has_no_owner_no_name_and_a_time_to_the_hour(
    databases: Databases, work_for: WorkFor, cast: Cast, clock: Clock, inspected: Inspected
) -> None:
    clock.set_oslo(2026, 11, 22, 22, 43)
    with databases.writing() as db:
        row = files.store(work_for(db, cast.kari), "avvik", 1, inspected, anonymous=True)
        assert (row.person_id, row.namn, row.lasta_opp.minute) == (None, "vedlegg.pdf", 0)


def test_file_folder_and_name_are_synced_before_the_row(
    databases: Databases, work_for: WorkFor, inspected: Inspected, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    real_sync: Callable[[int], None] = os.fsync
    real_replace = Path.replace

    def sync(handle: int) -> None:
        order.append("sync folder" if os.path.isdir(f"/proc/self/fd/{handle}") else "sync file")  # noqa: PTH112 - a handle
        real_sync(handle)

    def replace(self: Path, target: Path) -> Path:
        order.append("rename")
        return real_replace(self, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "replace", replace)
    with databases.writing() as db:
        files.store(work_for(db, None), "avvik", 1, inspected)
    assert order == ["sync file", "rename", "sync folder"]


def test_a_full_disk_leaves_no_row_and_no_half_file(
    databases: Databases, work_for: WorkFor, config: Config, inspected: Inspected, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with databases.writing() as db:
        with pytest.raises(OSError, match="No space"):
            files.store(work_for(db, None), "avvik", 1, inspected)
        assert db.query(Fil).count() == 0
    assert not [path for path in (config.data_dir / "filer").rglob("*") if path.is_file()]
