"""The log is append-only: triggers refuse to change or remove its lines. And the one row that is the chain's head.

What triggers do not stop: whoever owns the database can drop them. See docs/drift.md for the role that cannot.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("loggline", "leselogg")
REFUSAL = "the log is append-only"


def upgrade() -> None:
    """Put the triggers on, and the head's row in."""
    op.execute(sa.text("INSERT INTO logghovud (id, siste_id, mac) SELECT 1, 0, '' WHERE NOT EXISTS (SELECT 1 FROM logghovud)"))
    if op.get_bind().dialect.name == "sqlite":
        for table in TABLES:
            for what in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
                )
        return
    op.execute(
        f"CREATE FUNCTION refuse_log_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_log_change()"
        )


def downgrade() -> None:
    """Take the triggers off; the lines and their head stay."""
    if op.get_bind().dialect.name == "sqlite":
        for table in TABLES:
            for what in ("update", "delete"):
                op.execute(f"DROP TRIGGER {table}_no_{what}")
    else:
        for table in TABLES:
            op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
        op.execute("DROP FUNCTION refuse_log_change()")
