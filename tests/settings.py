"""What a run of the tests may be told from outside."""

import os
from datetime import UTC, datetime

from kjerne.clock import OSLO

SUNDAY_NIGHT = datetime(2026, 11, 22, 22, 40, tzinfo=OSLO).astimezone(UTC)
SECRET = "3f1c9a7be2d04856" * 4
REPORTED = "reported"
KINDS = ("sqlite", "postgres")


def chosen_database() -> str:
    """The database of this run: `INTERNKONTROLL_TEST_DB=sqlite|postgres`; SQLite when nothing is said."""
    kind = os.environ.get("INTERNKONTROLL_TEST_DB", "sqlite")
    if kind not in KINDS:
        raise ValueError(f"INTERNKONTROLL_TEST_DB is sqlite or postgres, not {kind!r}")
    return kind
