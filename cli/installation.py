"""What a command works on: the settings, the database, and the command line's one wrapper that commits."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import app
from kjerne import config as environment
from kjerne.clock import utcnow
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.i18n import language
from kjerne.jobs import Runner, system_work
from kjerne.work import Work


class Stop(Exception):
    """The command cannot do it; the text is a whole sentence and the exit code is 1."""


@dataclass(frozen=True)
class Installation:
    """One installation, as the environment's settings describe it."""

    config: Config

    @cached_property
    def databases(self) -> Databases:
        """Its database, opened when first asked for."""
        if self.config.is_sqlite:
            self.config.data_dir.mkdir(parents=True, exist_ok=True)
        return Databases(self.config.database_url)

    def close(self) -> None:
        """Close its connections, if any were opened."""
        if "databases" in vars(self):
            self.databases.dispose()

    @property
    def runner(self) -> Runner:
        """What runs its jobs."""
        return Runner(self.databases, self.config, utcnow, app.HANDLERS)

    @contextmanager
    def transaction(self) -> Iterator[Work]:
        """A Work of the system. Commits when the block ends, rolls back when it raises."""
        with self.databases.writing() as db:
            work = system_work(db, self.config, utcnow(), app.HANDLERS)
            with language(work.sprak):
                yield work
            db.commit()

    @contextmanager
    def looking(self) -> Iterator[Work]:
        """A Work of the system that only reads."""
        with self.databases.reading() as db:
            work = system_work(db, self.config, utcnow(), app.HANDLERS)
            with language(work.sprak):
                yield work


def open_installation() -> Installation:
    """Read the settings. Raises `ConfigError` when one is not understood."""
    return Installation(environment.load())
