"""`migrate`: what goes into the database from the command line."""

import argparse

from sqlalchemy import select

from cli.installation import Installation
from kjerne import katalog, migrering
from kjerne.models import Eining, Person


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Put the commands on the parser."""
    step = commands.add_parser("migrate", help="bring the database to the program's version (backup first)")
    step.set_defaults(run=run_migrate)


def migrate(installation: Installation) -> bool:
    """Go up to the newest step and fill empty reference tables. Returns whether anything had to be done."""
    if migrering.current(installation.databases) == migrering.head():
        return False
    migrering.upgrade(installation.databases)
    with installation.transaction() as work:
        katalog.load_starter_set(work.db)
    return True


def run_migrate(installation: Installation, _args: argparse.Namespace) -> int:
    """Migrate and say where the database stands."""
    done = migrate(installation)
    print(f"The database is at step {migrering.head()}{'' if done else ' already'}.")
    return 0


def is_empty(installation: Installation) -> bool:
    """Whether nobody has put in a unit or a person yet."""
    with installation.databases.reading() as db:
        return db.scalar(select(Person.id).limit(1)) is None and db.scalar(select(Eining.id).limit(1)) is None


def load_demo(installation: Installation) -> None:
    """Load the demo municipality."""
