"""`serve` (the web server) and `worker` (the scheduler alone)."""

import argparse
import os
import runpy
import shutil
import signal
import sys
from urllib.parse import urlsplit

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

import app
from cli.halt import Halt
from cli.installation import Installation, Stop
from kjerne import migrering, vitals
from kjerne.clock import OSLO
from kjerne.config import PREFIX, Config
from kjerne.jobs import Leadership, schedule

THREADS = 8
MEMORY = "/dev/shm"  # noqa: S108 - the web server makes a file of a name nobody knows there
TRY_AGAIN_SECONDS = 15
logger = structlog.get_logger()


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Put the two commands on the parser."""
    serve = commands.add_parser("serve", help="run the web server (put a reverse proxy with TLS in front of it)")
    serve.add_argument("--host", default=None, help="address to listen on (default: that of INTERNKONTROLL_BASE_URL)")
    serve.add_argument("--port", type=int, default=None, help="port to listen on (default: that of the base URL, or 8000)")
    serve.add_argument("--workers", type=int, default=None, help="processes; SQLite takes 1, PostgreSQL any (default 4)")
    serve.set_defaults(run=run_serve)
    worker = commands.add_parser("worker", help="run the scheduler alone: it sends letters and does what has a time")
    worker.set_defaults(run=run_worker)


def address(base_url: str, host: str | None = None, port: int | None = None) -> tuple[str, int]:
    """Where to listen: what was said, else the loopback and port of the base URL."""
    parts = urlsplit(base_url)
    named = parts.hostname if parts.hostname in {"127.0.0.1", "localhost"} else "127.0.0.1"
    own_port = parts.port if parts.hostname in {"127.0.0.1", "localhost"} else None
    return host or named or "127.0.0.1", port or own_port or 8000


def require_current(installation: Installation) -> None:
    """Refuse to run on a database of another version."""
    found, wanted = migrering.current(installation.databases), migrering.head()
    if found != wanted:
        raise Stop(f"The database is at step {found or 'none'}, the program needs {wanted}. Run: internkontroll migrate")


def gunicorn(config: Config, host: str, port: int, workers: int | None = None) -> tuple[list[str], dict[str, str]]:
    """The web server's arguments and what it reads from the environment: threads in one process on SQLite, else processes.

    Raises `Stop` for several processes on SQLite.
    """
    count = workers or (1 if config.is_sqlite else 4)
    if config.is_sqlite and count > 1:
        raise Stop("SQLite is served by one process. Use PostgreSQL (INTERNKONTROLL_DATABASE_URL) for several.")
    env = {PREFIX + "DATA_DIR": str(config.data_dir)}
    if count > 1:
        folder = config.data_dir / "metrics"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        env["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    told = ["--worker-class", "gthread", "--workers", str(count), "--threads", str(THREADS), "--bind", f"{host}:{port}"]
    if os.access(MEMORY, os.W_OK):  # where a process says that it lives: on a disk it waits for the database's own writing
        told += ["--worker-tmp-dir", MEMORY]
    told += ["--graceful-timeout", "20", "--timeout", "120", "--no-control-socket", "--log-level", "warning", "wsgi:application"]
    return told, env


def run_serve(installation: Installation, args: argparse.Namespace) -> int:
    """Run the web server."""
    require_current(installation)
    installation.databases.dispose()
    told, env = gunicorn(installation.config, *address(installation.config.base_url, args.host, args.port), args.workers)
    os.environ.update(env)
    return be_gunicorn(told)


def be_gunicorn(told: list[str]) -> int:
    """Be gunicorn in this process: the application is imported already, which is most of a start."""
    sys.argv = ["gunicorn", *told]
    runpy.run_module("gunicorn", run_name="__main__", alter_sys=True)
    return 0


def run_worker(installation: Installation, _args: argparse.Namespace) -> int:
    """Lead when nobody else does, look every 15 seconds, and stop cleanly at SIGTERM."""
    vitals.setup_logging()
    require_current(installation)
    stop = Halt()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    leadership = Leadership(installation.databases, installation.config)
    while not stop.is_set():
        if leadership.try_lead():
            _lead(installation, leadership, stop)
        else:
            stop.wait(TRY_AGAIN_SECONDS)
    leadership.release()
    installation.databases.dispose()
    return 0


def _lead(installation: Installation, leadership: Leadership, stop: Halt) -> None:
    logger.info("worker_leads")
    scheduler = BackgroundScheduler(timezone=OSLO)
    schedule(scheduler, installation.runner, app.JOBS)
    scheduler.start()
    try:
        while not stop.wait(TRY_AGAIN_SECONDS) and leadership.try_lead():
            pass
    finally:
        scheduler.shutdown(wait=True)
        logger.info("worker_rests")
