"""Writes migrations/versions/0001_tabellar.py from the models. Only until the first release; after that, steps are added.

Run it with `.venv/bin/python scripts/make_first_migration.py`. The same models give the same file.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

from alembic.autogenerate import api
from alembic.operations.ops import MigrationScript
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from kjerne.db import UtcDateTime  # noqa: E402 - the path above comes first
from migrations.tables import metadata  # noqa: E402 - as above

TARGET = ROOT / "migrations" / "versions" / "0001_tabellar.py"
PAGE = '''"""All tables, as the models have them. Made by scripts/make_first_migration.py."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
{up}


def downgrade() -> None:
    """Remove the tables."""
{down}
'''


def render_item(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """Our moments are plain timestamps with zone to the database."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def main() -> None:
    """Compare the models with an empty database and write what is missing: everything."""
    with create_engine("sqlite://").connect() as connection:
        options = {"target_metadata": metadata, "render_item": render_item, "sqlalchemy_module_prefix": "sa."}
        context = MigrationContext.configure(connection, opts=options)
        script: MigrationScript = api.produce_migrations(context, metadata)
        upgrade_ops, downgrade_ops = script.upgrade_ops, script.downgrade_ops
        if upgrade_ops is None or downgrade_ops is None:
            raise SystemExit("There is nothing to make.")
        up = api.render_python_code(upgrade_ops, render_item=render_item, migration_context=context)
        down = api.render_python_code(downgrade_ops, render_item=render_item, migration_context=context)
    TARGET.write_text(PAGE.format(up=up, down=down), encoding="utf-8")
    subprocess.run([ROOT / ".venv/bin/ruff", "format", "--quiet", TARGET], check=True)
    print(f"{TARGET.relative_to(ROOT)}: {len(metadata.tables)} tables")


if __name__ == "__main__":
    main()
