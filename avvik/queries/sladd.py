"""What of a case can be redacted, and by whom: coordinator and personvernombod, in cases they read by their role."""

import hashlib

from sqlalchemy import select

from avvik.models import Avvik, AvvikArsak, AvvikHending, AvvikMeldeplikt, AvvikTillegg, AvvikTiltak, AvvikUtfall
from avvik.models_kassasjon import AvvikKassasjon
from avvik.queries.access import get_avvik, reads_by_role
from avvik.queries.prosedyre import OPPHAV
from kjerne.access import Right
from kjerne.clock import oslo_date
from kjerne.errors import NotFound
from kjerne.i18n import ftime
from kjerne.i18n import gettext as _
from kjerne.katalog import Tilleggsfelt, by_code
from kjerne.models import Fil
from kjerne.sladd import Stad
from kjerne.work import Work
from prosedyrar import sladd as requests
from tiltak import sladd as measures


def may_redact(work: Work, avvik: Avvik) -> bool:
    """The right on the case's unit, in a case she sees by role, copy or group: not only because she filed it."""
    return work.has(Right.AVVIK_SLADD, avvik.eining_id) and reads_by_role(work, avvik)


def case_to_redact(work: Work, nr: str) -> Avvik:
    """The case, if she may redact in it; else `NotFound`."""
    avvik = get_avvik(work, nr)
    if not may_redact(work, avvik):
        raise NotFound
    return avvik


def files_of(work: Work, avvik: Avvik) -> list[Fil]:
    """The case's files."""
    return list(work.db.scalars(select(Fil).where(Fil.subjekt_type == "avvik", Fil.subjekt_id == avvik.id).order_by(Fil.id)))


def places(work: Work, avvik: Avvik) -> list[Stad]:
    """Every place of the case that holds text people wrote, file names and measures included. A constant number of queries."""
    own = {
        "skildring": _("Skildring"),
        "strakstiltak": _("Gjort med ein gong"),
        "arsak_meldar": _("Årsak slik meldaren ser det"),
        "forslag": _("Forslag frå meldaren"),
        "sluttsvar": _("Sluttsvar til meldaren"),
    }
    found = [Stad(column, label, avvik, column, synleg_meldar=True) for column, label in own.items()]
    db, this = work.db, avvik.id
    fields = by_code(db, Tilleggsfelt, oslo_date(avvik.meldt))
    for extra in db.scalars(select(AvvikTillegg).where(AvvikTillegg.avvik_id == this).order_by(AvvikTillegg.felt)):
        label = fields[extra.felt].label if extra.felt in fields else extra.felt
        found.append(Stad(f"tillegg-{extra.felt}", label, extra, "verdi", synleg_meldar=True))
    for line in db.scalars(select(AvvikHending).where(AvvikHending.avvik_id == this).order_by(AvvikHending.id)):
        name = _("Historie %(tid)s", tid=ftime(line.tid))
        found.append(Stad(f"hending-{line.id}", name, line, "tekst", synleg_meldar=line.synleg_meldar))
    causes = db.scalars(select(AvvikArsak).where(AvvikArsak.avvik_id == this).order_by(AvvikArsak.arsak))
    found += [Stad(f"arsak-{cause.arsak}", _("Kvifor"), cause, "kvifor") for cause in causes]
    outcomes = db.scalars(select(AvvikUtfall).where(AvvikUtfall.avvik_id == this).order_by(AvvikUtfall.utfall))
    found += [Stad(f"utfall-{row.utfall}", _("Grunngiving for utfallet"), row, "grunngiving") for row in outcomes]
    for duty in db.scalars(select(AvvikMeldeplikt).where(AvvikMeldeplikt.avvik_id == this).order_by(AvvikMeldeplikt.id)):
        found.append(Stad(f"plikt-{duty.id}-maate", _("Meldeplikt: korleis"), duty, "maate"))
        found.append(Stad(f"plikt-{duty.id}-grunngiving", _("Meldeplikt: grunngiving"), duty, "grunngiving"))
    held = db.get(AvvikKassasjon, this)
    found += [Stad("kassasjon", _("Kvifor saka er teken vare på"), held, "grunn")] if held else []
    found += [Stad(f"filnamn-{row.offentleg_id}", _("Filnamn"), row, "namn", synleg_meldar=True) for row in files_of(work, avvik)]
    found += measures.places(db, db.scalars(select(AvvikTiltak.tiltak_id).where(AvvikTiltak.avvik_id == this)))
    found += requests.places(db, OPPHAV, this)
    return [place for place in found if place.tekst]


def fingerprint(work: Work, avvik: Avvik) -> str:
    """What the case's texts and files were when a page was drawn: a redaction is made of what she has seen, or not at all."""
    said = hashlib.sha256()
    for place in places(work, avvik):
        said.update(f"{place.namn}\x1f{place.tekst}\x1e".encode())
    for row in files_of(work, avvik):
        said.update(row.sha256.encode())
    return said.hexdigest()[:24]
