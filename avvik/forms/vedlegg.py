"""Files that come with a form: checked, cleaned, and read for the identity guard."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from werkzeug.datastructures import FileStorage

from kjerne.filinnhald import BadFile, Inspected, inspect
from kjerne.i18n import gettext as _

MAX_FILES = 10


@dataclass(frozen=True)
class Vedlegg:
    """What was sent along: clean files, digests of the bytes as sent (for "the same again"), and sentences on the bad ones."""

    filer: list[Inspected] = field(default_factory=list)
    digests: tuple[str, ...] = ()
    errors: list[str] = field(default_factory=list)

    def texts(self) -> dict[str, str]:
        """Names and texts of the files, for the identity guard."""
        return {f"filer_{index}": found.guard_text for index, found in enumerate(self.filer)}


def read_files(sent: Iterable[FileStorage]) -> Vedlegg:
    """Read the files of a form. Empty fields are passed over; at most ten files."""
    chosen = [storage for storage in sent if storage.filename]
    if len(chosen) > MAX_FILES:
        return Vedlegg(errors=[_("Du kan leggje ved høgst %(n)s filer om gongen.", n=MAX_FILES)])
    clean: list[Inspected] = []
    digests: list[str] = []
    errors: list[str] = []
    for storage in chosen:
        data = storage.read()
        digests.append(hashlib.sha256(data).hexdigest())
        try:
            clean.append(inspect(data, storage.filename or ""))
        except BadFile as bad:
            errors.append(bad.message)
    return Vedlegg(clean, tuple(digests), errors)
