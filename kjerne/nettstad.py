"""The web framework as we use it: what it would make anew for each request and need not, and which numbers addresses may hold."""

import copy
import time
from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any, Final

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.templating import Environment
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.routing import IntegerConverter

__all__ = ["IdConverter", "Nettstad"]

DAY_SECONDS: Final = 24 * 60 * 60


class Side(Environment):
    """Flask's template environment, whose templates share one plain dict of globals: none of ours has globals of its own."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The shared ones; a chain of two only for a template that is given its own."""
        return super().make_globals(d) if d else self.globals


class IdConverter(IntegerConverter):
    """Row ids in addresses: at most nine digits, so that no database is asked about a number it cannot hold."""

    regex = r"\d{1,9}"


class Skjemaminne(SecureCookieSessionInterface):
    """Flask's signed cookie (the forms' secret and messages): the signer is made once, and a cookie is checked once a day."""

    def __init__(self) -> None:
        self._signer: tuple[object, URLSafeTimedSerializer | None] = (None, None)
        self._checked = lru_cache(maxsize=4096)(self._check)

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """What the cookie says; an empty one when it is not ours or too old."""
        signer = self.get_signing_serializer(app)
        raw = request.cookies.get(self.get_cookie_name(app))
        if signer is None or not raw:
            return super().open_session(app, request)
        said = self._checked(signer, raw, int(app.permanent_session_lifetime.total_seconds()), int(time.time()) // DAY_SECONDS)
        return self.session_class(copy.deepcopy(said))  # messages are taken out of it where they lie

    @staticmethod
    def _check(signer: URLSafeTimedSerializer, raw: str, max_age: int, _day: int) -> dict[str, Any]:
        try:
            found: dict[str, Any] = signer.loads(raw, max_age=max_age)
        except BadSignature:
            return {}
        return found

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """The signer, for as long as the key is the same."""
        if self._signer[0] != app.secret_key:
            self._signer = app.secret_key, super().get_signing_serializer(app)
        return self._signer[1]


class Nettstad(Flask):
    """Flask, with our template environment and forms' cookie."""

    jinja_environment = Side
    session_interface = Skjemaminne()
