"""The kinds of reports, each defined once as sections (domene 8.1): the page, the paper and the files draw the same definition."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from kjerne.i18n import Lazy
from kjerne.i18n import lazy as _l
from rapportar.rules.perioder import Rytme
from rapportar.slag import avvik, bevis, nokkeltal, personvern
from rapportar.slag.grunnlag import Bolkslag, no_parts


@dataclass(frozen=True)
class Slag:
    """A kind of report: its name, what it is for, its usual rhythm, and its sections in order.

    `paa_spurnad`: made when somebody asks, never by the clock; whoever answers chooses which of its sections are in it.
    """

    kode: str
    namn: Lazy
    om: Lazy
    rytme: Rytme
    bolkar: Sequence[Bolkslag]
    paa_spurnad: bool = False

    def bolk(self, kode: str) -> Bolkslag | None:
        """A section by its code."""
        return next((one for one in self.bolkar if one.kode == kode), None)

    def chosen(self, utdrag: Collection[str]) -> list[Bolkslag]:
        """The sections of an extract in order, always with those a leader writes; all of them when none is chosen."""
        wanted = set(utdrag) & {one.kode for one in self.bolkar} if self.paa_spurnad else set()
        return [one for one in self.bolkar if not wanted or one.kode in wanted or one.lag is no_parts]

    @property
    def valfrie(self) -> list[Bolkslag]:
        """The sections an extract may be without."""
        return [one for one in self.bolkar if one.lag is not no_parts]

    @property
    def enkeltsaker(self) -> bool:
        """Whether rows about single cases may stand in it: its letter then has the link alone, and who handles them opens it."""
        return any(one.enkeltsaker for one in self.bolkar)


def _text(kode: str, tittel: Lazy, ledd: Lazy) -> Bolkslag:
    return Bolkslag(kode, tittel, no_parts, ledd=ledd)


SAMANDRAG = _text("samandrag", _l("Samandrag frå leiaren"), _l("Kva er viktigast å vite? To–tre setningar er nok."))
MAL = _text("mal", _l("Mål og resultat"), _l("Kva var målet, og kvar står vi?"))
VEDTAK = _text("vedtak", _l("Vurdering og vedtak"), _l("Kva meiner leiinga, og kva er avgjort?"))
PLAN = _text("plan", _l("Plan for neste år"), _l("Kva skal gjerast neste år?"))
DPIA = _text("dpia", _l("Vurdering av personvernkonsekvensar"), _l("Kva er vurdert, og kva kom de fram til?"))
SPORSMAL = _text("sporsmal", _l("Spørsmålet"), _l("Kva spurde dei om, og når? Utan namn."))
SVAR = _text("svar", _l("Svaret"), _l("Kva svarar kommunen? Utan namn, og utan tekst frå enkeltsaker."))
SVAKT = _text("svakt", _l("Veike sider"), _l("Kva fungerer ikkje godt nok enno?"))

#: What happened, and how the seven points stand: the same sections in the quarter's report, the management's review and an answer.
HENDINGAR = (
    avvik.HOVUDTAL,
    avvik.UTVIKLING,
    avvik.TYPAR,
    avvik.EININGAR,
    avvik.ALVOR,
    avvik.HANDSAMING,
    avvik.LAERING,
    nokkeltal.RATE,
)
SJU_PUNKT = (
    bevis.MATRISE,
    bevis.ROS,
    bevis.RUTINAR,
    bevis.KOMPETANSE,
    bevis.TILTAK,
    bevis.BRUKAR,
    bevis.HMS,
    bevis.STYRING,
    bevis.KRAV,
)
ALLE: tuple[Slag, ...] = (
    Slag(
        "manad_eining",
        _l("Månadsrapport eining"),
        _l("Nye, opne og forseinka avvik, tiltak og kompetanse, for leiaren av eininga."),
        Rytme.MANAD,
        (
            SAMANDRAG,
            avvik.HOVUDTAL,
            avvik.OPNE,
            avvik.FORFALNE,
            avvik.UTVIKLING,
            avvik.TYPAR,
            avvik.ALVOR,
            avvik.LAERING,
            bevis.TILTAK,
            bevis.KOMPETANSE,
            nokkeltal.SJUKEFRAVAER,
            avvik.UTANFOR,
        ),
    ),
    Slag(
        "kvalitet",
        _l("Kvalitetsrapport"),
        _l("Kvartalet for alle einingane: avvik, risiko, rutinar, kompetanse og tiltak."),
        Rytme.KVARTAL,
        (
            SAMANDRAG,
            *HENDINGAR,
            nokkeltal.STILLE,
            bevis.ROS,
            bevis.RUTINAR,
            bevis.KOMPETANSE,
            bevis.TILTAK,
            avvik.UTANFOR,
        ),
    ),
    Slag(
        "tertial",
        _l("Tertialrapport"),
        _l("Mål, økonomi, sjukefråvær, avvik og tilsyn, til politisk nivå. Berre samla tal."),
        Rytme.TERTIAL,
        (
            SAMANDRAG,
            MAL,
            nokkeltal.OKONOMI,
            nokkeltal.SJUKEFRAVAER,
            avvik.HOVUDTAL,
            avvik.UTVIKLING,
            avvik.TYPAR,
            avvik.ALVOR,
            avvik.LAERING,
            bevis.MATRISE,
            bevis.STYRING,
        ),
    ),
    Slag(
        "leiinga_gjennomgang",
        _l("Leiinga sin gjennomgang"),
        _l("Heile internkontrollen for året, til leiargruppa: stand, utvikling, erfaringar og vedtak."),
        Rytme.AR,
        (
            SAMANDRAG,
            *HENDINGAR,
            nokkeltal.STILLE,
            *SJU_PUNKT,
            VEDTAK,
        ),
    ),
    Slag(
        "arsrapport",
        _l("Årsrapport internkontroll (kommunelova § 25-2)"),
        _l("Det som er gjort, resultat av statleg tilsyn, veike sider og planen for neste år, til kommunestyret."),
        Rytme.AR,
        (
            SAMANDRAG,
            avvik.HOVUDTAL,
            avvik.UTVIKLING,
            avvik.TYPAR,
            avvik.LAERING,
            bevis.MATRISE,
            bevis.TILTAK,
            bevis.STYRING,
            bevis.KRAV,
            SVAKT,
            PLAN,
        ),
    ),
    Slag(
        "hms_ar",
        _l("HMS-årsrapport"),
        _l("Skadar, vald og truslar, vernerundar og opplæring, til arbeidsmiljøutvalet."),
        Rytme.AR,
        (SAMANDRAG, avvik.SKADAR, avvik.HOVUDTAL, bevis.HMS, bevis.KOMPETANSE, nokkeltal.SJUKEFRAVAER, PLAN),
    ),
    Slag(
        "personvern_ar",
        _l("Årsrapport personvern"),
        _l("Brot, kva som er meldt til Datatilsynet, og vurderingar av personvernkonsekvensar, til kommunedirektøren."),
        Rytme.AR,
        (SAMANDRAG, avvik.HOVUDTAL, personvern.BROT, personvern.MELDEPLIKT, DPIA, PLAN),
    ),
    Slag(
        "oppdragsbrev_status",
        _l("Status på oppdragsbrevet"),
        _l("Dei sju punkta for kvar eining, med bevisa bak."),
        Rytme.KVARTAL,
        (SAMANDRAG, bevis.MATRISE, bevis.BEVIS, bevis.TILTAK),
    ),
    Slag(
        "kontrollutval",
        _l("Svar til kontrollutval og revisjon"),
        _l("Utdrag når nokon spør: du vel bolkane og skriv svaret. Berre samla tal, aldri tekst frå enkeltsaker."),
        Rytme.AR,
        (
            SPORSMAL,
            SVAR,
            *HENDINGAR,
            *SJU_PUNKT,
            avvik.UTANFOR,
        ),
        paa_spurnad=True,
    ),
)
SLAG: Mapping[str, Slag] = {one.kode: one for one in ALLE}
#: Those that may be subscribed to.
FASTE: tuple[Slag, ...] = tuple(one for one in ALLE if not one.paa_spurnad)

__all__ = ["ALLE", "FASTE", "SLAG", "Bolkslag", "Slag"]
