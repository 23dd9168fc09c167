"""Dates as a calendar file (RFC 5545): title and day, nothing else. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta


@dataclass(frozen=True)
class Dag:
    """A whole-day entry; `uid` stays the same when its title or day changes."""

    uid: str
    dag: date
    tittel: str


def _text(value: str) -> str:
    """A text as the format holds it."""
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r", ""), ("\n", "\\n")):
        value = value.replace(sign, written)
    return value


def _folded(line: str) -> str:
    """The line in pieces of at most 75 bytes, never cutting a letter in two."""
    pieces: list[str] = []
    piece, room = "", 75
    for letter in line:
        size = len(letter.encode())
        if size > room:
            pieces.append(piece)
            piece, room = "", 74
        piece += letter
        room -= size
    return "\r\n ".join([*pieces, piece])


def calendar(name: str, days: Iterable[Dag], stamp: datetime) -> str:
    """The whole file. `stamp` is when it was made."""
    moment = stamp.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Internkontroll//Tiltak//NN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(name)}",
    ]
    for one in days:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{one.uid}",
            f"DTSTAMP:{moment}",
            f"DTSTART;VALUE=DATE:{one.dag:%Y%m%d}",
            f"DTEND;VALUE=DATE:{one.dag + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_text(one.tittel)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    return "\r\n".join(map(_folded, [*lines, "END:VCALENDAR", ""]))


__all__ = ["Dag", "calendar"]
