"""Is the system alive (/livez), ready (/readyz), and how it does (/metrics, loopback or token only); the request log.

The request log is JSON lines on standard output: method, route rule, status, milliseconds and a request id. Never a query
string, never text, never a name: what a log line may hold is decided by `guard`, not by whoever writes the line.
"""

import hmac
import ipaddress
import os
import re
import sys
import time
import uuid
from collections.abc import MutableMapping
from functools import lru_cache, partial
from typing import Any

import structlog
from flask import Flask, Response, abort, g, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy.exc import SQLAlchemyError

from kjerne import migrering
from kjerne.access import Open
from kjerne.web import house

REQUESTS = Counter("internkontroll_requests", "Answered requests", ["method", "rule", "status"])
SECONDS = Histogram(
    "internkontroll_request_seconds",
    "Time to answer",
    ["rule"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
PLAIN = re.compile(r"[A-Za-z0-9_.:/<>+-]{1,120}")
LONG_NUMBER = re.compile(r"(?:\d[ .-]?){11}")
REMOVED = "[removed]"
MULTIPROC = "PROMETHEUS_MULTIPROC_DIR"

logger = structlog.get_logger()


def guard(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Let numbers, codes and route rules through; a sentence, or anything like an identity number, is removed."""
    return {key: _harmless(value) for key, value in event.items()}


def _harmless(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return REMOVED if isinstance(value, int) and LONG_NUMBER.search(str(value)) else value
    if isinstance(value, str) and PLAIN.fullmatch(value) and not LONG_NUMBER.search(value):
        return value
    return REMOVED


def setup_logging() -> None:
    """JSON lines on standard output, for the web server and the scheduler alike."""
    structlog.configure(
        processors=[
            guard,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=False,
    )


def install(app: Flask) -> None:
    """Put the three addresses and the request log on the application."""
    setup_logging()
    app.before_request(_begin)
    app.after_request(partial(_finish, logger.bind()))  # bound once: to find out for each line how lines are written costs more
    needs = app.extensions.setdefault("internkontroll_needs", {})
    for rule, view in (("/livez", livez), ("/readyz", readyz), ("/metrics", metrics)):
        app.add_url_rule(rule, view.__name__, view)
        needs[view.__name__] = Open.ALL


def _begin() -> None:
    g.begun = time.perf_counter()
    g.request_id = uuid.uuid4().hex[:16]


@lru_cache(maxsize=4096)
def _counter(method: str, rule: str, status: int) -> Counter:
    return REQUESTS.labels(method, rule, status)


@lru_cache(maxsize=1024)
def _timer(rule: str) -> Histogram:
    return SECONDS.labels(rule)


def _finish(lines: Any, response: Response) -> Response:
    rule = request.url_rule.rule if request.url_rule else "-"
    seconds = time.perf_counter() - g.get("begun", time.perf_counter())
    if rule not in {"/livez", "/readyz", "/metrics"}:
        method = request.method if request.method in {"GET", "HEAD", "POST", "OPTIONS"} else "OTHER"
        status = g.get("logged_as", response.status_code)
        _counter(method, rule, status).inc()
        _timer(rule).observe(seconds)
        lines.info(
            "request",
            method=method,
            rule=rule.replace(" ", ""),
            status=status,
            ms=round(seconds * 1000, 1),
            request_id=g.get("request_id", "-"),
        )
    response.headers["X-Request-Id"] = g.get("request_id", "-")
    return response


def log_as(status: int) -> None:
    """Let this request stand in the log and the figures with another status, where its own would tell too much."""
    g.logged_as = status


def livez() -> Response:
    """The process answers. Asks nothing of the database."""
    return Response("ok\n", mimetype="text/plain")


def readyz() -> Response:
    """The database answers and stands at the program's step; else 503 with one word for what is wrong."""
    try:
        current = migrering.current(house().databases)
    except SQLAlchemyError:
        return Response("database\n", 503, mimetype="text/plain")
    if current != migrering.head():
        return Response("migration\n", 503, mimetype="text/plain")
    return Response("ok\n", mimetype="text/plain")


def metrics() -> Response:
    """Figures for Prometheus, summed over all web processes. To all others the address does not exist."""
    if not (_from_loopback() or _has_token(house().config.metrics_token)):
        abort(404)
    registry: CollectorRegistry = REGISTRY
    if MULTIPROC in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library has no types here
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _from_loopback() -> bool:
    """Straight from this machine: what came through a proxy here is somebody else's."""
    if request.headers.get("X-Forwarded-For") or request.headers.get("Forwarded"):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _has_token(token: str) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and hmac.compare_digest(given.encode(), token.encode())
