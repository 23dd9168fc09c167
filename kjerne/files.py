"""Attachments: checked and cleaned bytes in the data directory, named by their SHA-256, safe before the row commits."""

import hashlib
import os
import uuid
from pathlib import Path

from sqlalchemy import select

from kjerne.clock import to_the_hour
from kjerne.filinnhald import Inspected
from kjerne.gloyming import forget_file
from kjerne.models import Fil
from kjerne.work import Work


def path_of(data_dir: Path, sha256: str) -> Path:
    """Where the bytes of a file lie."""
    return data_dir / "filer" / sha256[:2] / sha256


def write_whole(target: Path, data: bytes) -> None:
    """Write so that a power cut leaves the whole file or none: temp, fsync, rename, fsync of the folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temp = target.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        with temp.open("wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        temp.replace(target)
    except OSError:
        temp.unlink(missing_ok=True)  # a full disk must not fill up further
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def store(work: Work, subject_type: str, subject_id: int, inspected: Inspected, *, anonymous: bool = False) -> Fil:
    """Keep an inspected file for a subject. Filed anonymously it has no owner, no name of its own, and a time to the hour."""
    sha256 = hashlib.sha256(inspected.data).hexdigest()
    target = path_of(work.config.data_dir, sha256)
    uploaded = to_the_hour(work.now) if anonymous else work.now
    if not target.exists():
        write_whole(target, inspected.data)
        if anonymous:
            os.utime(target, (uploaded.timestamp(), uploaded.timestamp()))
    row = Fil(
        offentleg_id=str(uuid.uuid4()),
        subjekt_type=subject_type,
        subjekt_id=subject_id,
        namn=f"vedlegg{Path(inspected.filename).suffix}" if anonymous else inspected.filename,
        mime=inspected.mime,
        storleik=len(inspected.data),
        sha256=sha256,
        lasta_opp=uploaded,
        person_id=None if anonymous or work.person is None else work.person.id,
    )
    work.db.add(row)
    work.db.flush()
    return row


def remove(work: Work, row: Fil) -> None:
    """Delete a file's row. Its bytes leave the disk when the transaction commits, unless another row uses the same ones."""
    work.db.delete(row)
    work.db.flush()
    if work.db.scalar(select(Fil.id).where(Fil.sha256 == row.sha256).limit(1)) is None:
        forget_file(work.db, path_of(work.config.data_dir, row.sha256))
