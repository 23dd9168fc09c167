"""Making a document, beginning on its next version, and writing in a draft."""

from datetime import date

from sqlalchemy import func, select

from kjerne import log
from kjerne.access import Right
from kjerne.clock import add_months
from kjerne.errors import Conflict, NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.models import Eining, Person
from kjerne.work import Work
from prosedyrar import rules, sok
from prosedyrar.actions.historie import cleaned, flush, note
from prosedyrar.actions.onske import take_up
from prosedyrar.models import Kontrollsporsmal, Prosedyre, ProsedyreHending, ProsedyreVedlegg, ProsedyreVersjon
from prosedyrar.queries import access
from prosedyrar.rules import OPEN, Dokumenttype, Tema, Tilstand


def create_prosedyre(
    work: Work,
    *,
    tittel: str,
    eining_id: int,
    eigar: Person,
    dokumenttype: str = Dokumenttype.PROSEDYRE,
    tema: str = Tema.ANNA,
    tekst: str = "",
    revisjonsintervall: int | None = None,
    ekstern_lenkje: str = "",
    tillegg_til_id: int | None = None,
    heimel: str = "",
    nokkelord: str = "",
    onske_id: int | None = None,
) -> Prosedyre:
    """Make a document with its first draft, 1.0, which `queries.open_version` finds. `revisjonsintervall` in months.

    A person must hold `prosedyre:skriv` on the unit (`NotFound`); a system job writes in the owner's name. `onske_id`: the
    request for a new procedure this answers. Raises `Refused` for a bad title, type, link, owner or supplement.
    Heimel: forskrift om leiing og kvalitetsforbetring § 7 c.
    """
    if work.person is not None and not work.has(Right.PROSEDYRE_SKRIV, eining_id):
        raise NotFound
    prosedyre = Prosedyre(
        eining_id=eining_id,
        laga=work.now,
        laga_av_id=work.person.id if work.person else eigar.id,
        **_information(
            work,
            tittel=tittel,
            dokumenttype=dokumenttype,
            tema=tema,
            eigar=eigar,
            revisjonsintervall=revisjonsintervall,
            ekstern_lenkje=ekstern_lenkje,
            heimel=heimel,
            nokkelord=nokkelord,
        ),
    )
    _check_place(work, prosedyre, tillegg_til_id)
    work.db.add(prosedyre)
    work.db.flush()
    versjon = _new_draft(work, prosedyre, None, tekst=_markdown(work, tekst), stor=True)
    if onske_id is not None:
        take_up(work, onske_id, versjon)
    return prosedyre


def _information(
    work: Work,
    *,
    tittel: str,
    dokumenttype: str,
    tema: str,
    eigar: Person,
    revisjonsintervall: int | None,
    ekstern_lenkje: str,
    heimel: str,
    nokkelord: str,
) -> dict[str, object]:
    """The columns that say what a document is, checked."""
    if dokumenttype not in set(Dokumenttype):
        raise Refused(_("Vel ein type i lista."), "dokumenttype")
    if tema not in set(Tema):
        raise Refused(_("Vel eit tema i lista."), "tema")
    if not eigar.is_employed(work.today):
        raise Refused(_("Vel ein ansvarleg som er tilsett i dag."), "eigar")
    months = revisjonsintervall or rules.INTERVALL[Dokumenttype(dokumenttype)]
    if not rules.INTERVALL_MIN <= months <= rules.INTERVALL_MAX:
        raise Refused(_("Vel eit revisjonsintervall mellom 3 og 72 månader."), "revisjonsintervall")
    if dokumenttype == Dokumenttype.EKSTERN and months > rules.INTERVALL[Dokumenttype.EKSTERN]:
        raise Refused(_("Ei ekstern kjelde skal sjekkast minst kvart år. Skriv 12 månader eller færre."), "revisjonsintervall")
    return {
        "tittel": cleaned(work, tittel, "tittel", max_len=rules.TITTEL_MAX, multiline=False),
        "dokumenttype": str(dokumenttype),
        "tema": str(tema),
        "eigar_id": eigar.id,
        "revisjonsintervall": months,
        "ekstern_lenkje": _link(work, ekstern_lenkje, external=dokumenttype == Dokumenttype.EKSTERN),
        "heimel": cleaned(work, heimel, "heimel", max_len=rules.TITTEL_MAX, required=False, multiline=False),
        "nokkelord": cleaned(work, nokkelord, "nokkelord", max_len=rules.TITTEL_MAX, required=False, multiline=False),
    }


def _link(work: Work, url: str, *, external: bool) -> str:
    kept = cleaned(work, url, "ekstern_lenkje", max_len=rules.LENKJE_MAX, required=False, multiline=False)
    if not external:
        return ""
    if not kept.lower().startswith(("http://", "https://")) or not rules.is_safe_link(kept):
        raise Refused(_("Skriv adressa til dokumentet, slik ho står i nettlesaren: https://…"), "ekstern_lenkje")
    return kept


def _check_place(work: Work, prosedyre: Prosedyre, tillegg_til_id: int | None) -> None:
    """The unit exists, and a supplement stands under a common procedure of a unit above its own."""
    unit = work.db.get(Eining, prosedyre.eining_id)
    if unit is None:
        raise Refused(_("Vel ei eining i lista."), "eining_id")
    if tillegg_til_id is None:
        return
    common = work.db.get(Prosedyre, tillegg_til_id)
    above = work.db.get(Eining, common.eining_id) if common else None
    if common is None or above is None or common.tillegg_til_id is not None:
        raise Refused(_("Vel den felles prosedyren tillegget høyrer til."), "tillegg_til_id")
    if above.id == unit.id or not unit.sti.startswith(above.sti):
        raise Refused(_("Eit lokalt tillegg høyrer til ei eining under den som eig prosedyren."), "eining_id")
    prosedyre.tillegg_til_id = common.id


def _markdown(work: Work, tekst: str) -> str:
    return cleaned(work, tekst, "tekst", max_len=rules.TEKST_MAX, required=False)


def _new_draft(
    work: Work, prosedyre: Prosedyre, basis: ProsedyreVersjon | None, *, tekst: str, stor: bool, notat: str = ""
) -> ProsedyreVersjon:
    author = work.person.id if work.person else prosedyre.eigar_id
    major, minor = _free_number(work, prosedyre.id, basis, stor=stor)
    versjon = ProsedyreVersjon(
        prosedyre_id=prosedyre.id,
        forrige_id=basis.id if basis else None,
        major=major,
        minor=minor,
        tekst=tekst,
        endringsnotat=notat,
        forfattar_id=author,
        laga=work.now,
        endra=work.now,
        endra_av_id=author,
    )
    work.db.add(versjon)
    work.db.flush()
    note(work, prosedyre.id, "laga", versjon_id=versjon.id, person_id=author)
    return versjon


def _free_number(work: Work, prosedyre_id: int, basis: ProsedyreVersjon | None, *, stor: bool) -> tuple[int, int]:
    """The next number; after a document that was taken out of use and is written anew: one above the highest."""
    if basis is not None:
        return rules.next_number((basis.major, basis.minor), stor=stor)
    highest = work.db.scalar(
        select(func.max(ProsedyreVersjon.major)).where(
            ProsedyreVersjon.prosedyre_id == prosedyre_id, ProsedyreVersjon.tilstand != Tilstand.FORKASTA
        )
    )
    return rules.next_number((highest, 0) if highest else None, stor=True)


def begin_version(work: Work, prosedyre: Prosedyre, *, stor: bool) -> ProsedyreVersjon:
    """Begin on the next version, from the text in force: files and questions follow along, open requests are taken up.

    `stor`: a major version asks everybody to read again. The valid version stays in force, unchanged. Raises `NotFound` for
    who may not write, `Conflict` when a version is on its way already.
    """
    if not access.may_write(work, prosedyre):
        raise NotFound
    under_way = select(ProsedyreVersjon.id).where(
        ProsedyreVersjon.prosedyre_id == prosedyre.id, ProsedyreVersjon.tilstand.in_(OPEN)
    )
    if work.db.scalar(under_way) is not None:
        raise Conflict(_("Ein ny versjon er alt under arbeid. Opne han, og skriv vidare der."))
    basis = access.valid_version(work.db, prosedyre.id)
    versjon = _new_draft(work, prosedyre, basis, tekst=basis.tekst if basis else "", stor=stor)
    if basis is not None:
        _carry_over(work, basis, versjon)
    return versjon


def _carry_over(work: Work, basis: ProsedyreVersjon, versjon: ProsedyreVersjon) -> None:
    for fil_id in work.db.scalars(select(ProsedyreVedlegg.fil_id).where(ProsedyreVedlegg.versjon_id == basis.id)).all():
        work.db.add(ProsedyreVedlegg(versjon_id=versjon.id, fil_id=fil_id))
    questions = select(Kontrollsporsmal).where(Kontrollsporsmal.versjon_id == basis.id)
    for row in work.db.scalars(questions).all():
        work.db.add(Kontrollsporsmal(versjon_id=versjon.id, rekkje=row.rekkje, sporsmal=row.sporsmal, svar=row.svar, rett=row.rett))
    work.db.flush()


def save_draft(
    work: Work,
    versjon_id: int,
    *,
    tekst: str,
    endringsnotat: str | None = None,
    stor: bool | None = None,
    versjon: int | None = None,
) -> ProsedyreVersjon:
    """Keep the text of a draft; `versjon` is the saving her form was drawn from (None: she drew no form).

    Raises `NotFound` for who may not write here, `Conflict` with both texts when somebody saved in between or it is no
    longer a draft.
    """
    draft = access.get_versjon(work, versjon_id)
    prosedyre = work.db.get_one(Prosedyre, draft.prosedyre_id)
    if not access.may_write(work, prosedyre):
        raise NotFound
    if versjon is not None and versjon != draft.versjon:
        raise Conflict(_("Ein annan har lagra i denne kladden medan du skreiv."), mine=tekst, theirs=draft.tekst)
    if draft.tilstand != Tilstand.KLADD:
        raise Conflict(_("Dette er ikkje lenger ein kladd. Trekk han tilbake før du skriv meir."), mine=tekst, theirs=draft.tekst)
    draft.tekst = _markdown(work, tekst)
    if endringsnotat is not None:
        draft.endringsnotat = cleaned(work, endringsnotat, "endringsnotat", required=False)
    if stor is not None:
        _renumber(work, draft, stor=stor)
    draft.endra, draft.endra_av_id = work.now, work.me.id
    flush(work, tekst)
    _note_writer(work, draft)
    return draft


def _renumber(work: Work, draft: ProsedyreVersjon, *, stor: bool) -> None:
    basis = work.db.get(ProsedyreVersjon, draft.forrige_id) if draft.forrige_id else None
    if basis is not None:
        draft.major, draft.minor = rules.next_number((basis.major, basis.minor), stor=stor)


def _note_writer(work: Work, draft: ProsedyreVersjon) -> None:
    """Once for each person: who has written in it may not approve it. Saving every ten seconds is no history."""
    known = select(ProsedyreHending.id).where(
        ProsedyreHending.versjon_id == draft.id,
        ProsedyreHending.person_id == work.me.id,
        ProsedyreHending.slag.in_(("laga", "endra")),
    )
    if work.db.scalar(known) is None:
        note(work, draft.prosedyre_id, "endra", versjon_id=draft.id)


def change_information(
    work: Work,
    prosedyre: Prosedyre,
    *,
    tittel: str,
    dokumenttype: str,
    tema: str,
    eigar: Person,
    revisjonsintervall: int,
    ekstern_lenkje: str = "",
    heimel: str = "",
    nokkelord: str = "",
    versjon: int | None = None,
) -> None:
    """Change what a document is called and whose it is; its text and its versions stay. Raises `Conflict` when outdated."""
    if not access.may_write(work, prosedyre):
        raise NotFound
    if versjon is not None and versjon != prosedyre.versjon:
        raise Conflict(_("Ein annan har endra opplysningane medan du skreiv."), mine=tittel, theirs=prosedyre.tittel)
    columns = _information(
        work,
        tittel=tittel,
        dokumenttype=dokumenttype,
        tema=tema,
        eigar=eigar,
        revisjonsintervall=revisjonsintervall,
        ekstern_lenkje=ekstern_lenkje,
        heimel=heimel,
        nokkelord=nokkelord,
    )
    before: dict[str, object] = {name: getattr(prosedyre, name) for name in columns}
    for name, value in columns.items():
        setattr(prosedyre, name, value)
    valid = access.valid_version(work.db, prosedyre.id)
    if valid is not None and before["revisjonsintervall"] != prosedyre.revisjonsintervall:
        prosedyre.revisjonsfrist = add_months(_reviewed(work, prosedyre, valid), prosedyre.revisjonsintervall)
    flush(work, tittel)
    sok.index(work.db, prosedyre.id)
    note(work, prosedyre.id, "opplysningar")
    log.record(work, "prosedyre", prosedyre.id, "prosedyre:felt", felt=",".join(n for n in columns if before[n] != columns[n]))


def _reviewed(work: Work, prosedyre: Prosedyre, valid: ProsedyreVersjon) -> date:
    """The day the document last was looked through: approved, or found good as it stands."""
    last = work.db.scalar(
        select(func.max(ProsedyreHending.tid)).where(
            ProsedyreHending.prosedyre_id == prosedyre.id, ProsedyreHending.slag == "gjennomgatt"
        )
    )
    since = valid.gyldig_fra or work.today
    return max(since, last.date()) if last is not None else since
