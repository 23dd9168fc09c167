"""The municipality's own settings: name, language, channels, colour and logo, and which scheme for serious events is in force."""

import io
import json
from collections.abc import Mapping

from PIL import Image

from administrasjon import rules
from administrasjon.actions.katalog import note
from administrasjon.rules import farge
from kjerne import files, log
from kjerne.errors import Conflict, Refused
from kjerne.filinnhald import BadFile, Inspected, inspect
from kjerne.i18n import fnumber
from kjerne.i18n import gettext as _
from kjerne.innstilling import put, settings
from kjerne.work import Work

LOGO_BOX = (640, 200)
LOOK = ("farge", "logo")


def version(values: Mapping[str, str]) -> str:
    """A digest of what a page was opened with."""
    return log.digest(json.dumps(dict(values), sort_keys=True))


def save(work: Work, values: Mapping[str, str], versjon: str | None = None) -> None:
    """Keep settings at once; each change is written down from → to. `Conflict` when another was first."""
    before = settings(work.db)
    if versjon is not None and versjon != version({key: before[key] for key in values}):
        theirs = [key for key, value in values.items() if before[key] != value]
        raise Conflict(
            _("Nokon andre endra dette medan du heldt på. Ditt er ikkje lagra."),
            mine="\n\n".join(values[key] for key in theirs),
            theirs="\n\n".join(before[key] for key in theirs),
        )
    changed = {key: [before[key], value] for key, value in values.items() if before[key] != value}
    for key, (_was, value) in changed.items():
        put(work.db, key, value)
    if changed:
        work.db.flush()
        note(work, "kommunen", "", "endra", changed, work.today)


def save_colour(work: Work, text: str) -> None:
    """The municipality's colour, or none. Refused when white text on it or links in it could not be read (WCAG AA)."""
    colour = text.strip().lower()
    if colour and not farge.is_colour(colour):
        raise Refused(_("Skriv fargen som # og seks teikn, til dømes #0f4a53."), "farge")
    if colour and not farge.is_readable(colour):
        ratio, tip = fnumber(farge.weakest(colour), 1), farge.darker(colour)
        raise Refused(
            _(
                "Fargen er for lys til å lese: kontrasten er %(tal)s og må vere minst 4,5. %(tips)s er same farge, litt mørkare.",
                tal=ratio,
                tips=tip,
            ),
            "farge",
        )
    save(work, {"farge": colour})


def save_logo(work: Work, data: bytes, filename: str) -> None:
    """A logo: the image is drawn anew as PNG, small enough for every page. Other files are refused."""
    try:
        found = inspect(data, filename)
    except BadFile as bad:
        raise Refused(bad.message, "logo") from None
    if not found.mime.startswith("image/"):
        raise Refused(_("Logoen må vere eit bilete: png, jpg eller webp."), "logo")
    row = files.store(work, "innstilling", 1, _small(found))
    save(work, {"logo": row.sha256})


def remove_logo(work: Work) -> None:
    """No logo any more."""
    save(work, {"logo": ""})


def _small(found: Inspected) -> Inspected:
    out = io.BytesIO()
    with Image.open(io.BytesIO(found.data)) as image:
        image.thumbnail(LOGO_BOX)
        image.save(out, "PNG", optimize=True)
    return Inspected(out.getvalue(), "image/png", "logo.png", found.text)


def confirm_scheme(work: Work, scheme: str) -> None:
    """Say which scheme for serious events is in force (domene 2.1), and that it was checked today."""
    if scheme not in rules.MELDEORDNINGAR:
        raise Refused(_("Vel ei ordning."), "meldeordning")
    before = settings(work.db)["meldeordning"]
    put(work.db, "meldeordning", scheme)
    put(work.db, "meldeordning_stadfesta", work.today.isoformat())
    work.db.flush()
    log.record(work, "innstilling", "meldeordning", "innstilling:meldeordning", ordning=scheme)
    if before != scheme:
        note(work, "kommunen", "", "endra", {"meldeordning": [before, scheme]}, work.today)
