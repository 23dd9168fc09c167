"""Which reference tables the municipality edits, with which fields, and what may never be taken away. Pure.

Sources: domene 2.2 (duties), 3.1-3.8 (types, severity, deadlines, causes, outcomes, extra fields), 7.6 (retention, framlegg).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from administrasjon.rules.felt import NAMN, Felt, Slag, hake, tal, tekst3, val
from kjerne.i18n import Lazy
from kjerne.i18n import lazy as _l


@dataclass(frozen=True)
class Tabell:
    """A reference table as it is edited. `nokkel` is the column that stays when a row is replaced by a new one.

    Without `nokkel` each row stands alone (a rule). `faste` are codes the program itself relies on: they cannot be ended.
    """

    kode: str
    namn: Lazy
    ingress: Lazy
    ikon: str
    felt: tuple[Felt, ...]
    nokkel: str = "kode"
    kan_leggje_til: bool = True
    kan_avslutte: bool = True
    ordna: bool = False
    gruppe: str = ""
    faste: frozenset[str] = frozenset()
    laaste: frozenset[str] = frozenset()

    @property
    def kolonnar(self) -> tuple[str, ...]:
        """All columns that are edited."""
        return tuple(column for one in self.felt for column in one.kolonnar)

    def felt_for(self, column: str) -> Felt | None:
        """The field that fills a column."""
        return next((one for one in self.felt if column in one.kolonnar), None)


STADFEST: Mapping[str, Lazy] = {
    "C": _l("Stadfesta i kjelda"),
    "U": _l("Ikkje stadfesta: kontroller"),
    "P": _l("Framlegg: kommunen vedtek"),
    "O": _l("Eigen regel"),
}
FELTTYPAR: Mapping[str, Lazy] = {
    "tekst": _l("Tekst"),
    "tal": _l("Tal"),
    "dato": _l("Dato"),
    "ja_nei": _l("Ja eller nei"),
    "val": _l("Val frå liste"),
}
REKNA_FRA: Mapping[str, Lazy] = {
    "lukka": _l("Når saka er lukka"),
    "registrert": _l("Når det er registrert"),
    "sendt": _l("Når det er sendt"),
    "slutta": _l("Når den tilsette har slutta"),
}
#: Icons a main type may have; all of them stand in templates/felles/ikon.html.
IKON: Mapping[str, Lazy] = {
    "bed": _l("Seng"),
    "shield-plus": _l("Skjold"),
    "people": _l("Folk"),
    "arrows": _l("Piler"),
    "wrench": _l("Skiftenøkkel"),
    "lock": _l("Lås"),
    "flame": _l("Flamme"),
    "document": _l("Dokument"),
    "coins": _l("Myntar"),
    "leaf": _l("Blad"),
    "home": _l("Hus"),
    "question": _l("Spørjeteikn"),
}

TABELLAR: Mapping[str, Tabell] = {
    row.kode: row
    for row in (
        Tabell(
            "hovudtype",
            _l("Hovudtypar"),
            _l("Flisene ein vel mellom når ein melder, og om ein kan løyne namnet sitt."),
            "grid",
            (
                tekst3("", NAMN),
                tekst3("kort", _l("Kort namn på flisa"), maks=40),
                tekst3(
                    "dome",
                    _l("Er dette eit avvik? Døme"),
                    maks=600,
                    lang=True,
                    hint=_l("Korte døme som meldaren kjenner seg att i. Blir vist på hjelpesida."),
                ),
                val("ikon", _l("Ikon"), "ikon"),
                hake(
                    "konfidensiell",
                    _l("Kan meldast konfidensielt"),
                    _l("Berre den som behandlar saka, kan opne namnet, med grunngiving."),
                ),
                hake("anonym", _l("Kan meldast anonymt"), _l("Ingen kan finne ut kven som melde.")),
            ),
            ordna=True,
            faste=frozenset({"organisasjon", "hms", "info_personvern"}),
        ),
        Tabell(
            "underkategori",
            _l("Kategoriar"),
            _l("Kva slags hending det er, under kvar hovudtype."),
            "list",
            (
                val("hovudtype", _l("Høyrer til hovudtypen"), "hovudtype_eller_alle", kravd=False),
                tekst3("", NAMN),
                tekst3("dome", _l("Er dette eit avvik? Døme"), maks=600, lang=True, kravd=False),
                val(
                    "sensitiv_gruppe",
                    _l("Berre denne gruppa ser sakene"),
                    "gruppe",
                    kravd=False,
                    hint=_l("Ei sensitiv sak blir ikkje vist for andre enn gruppa og den som har saka."),
                ),
                hake("serie", _l("Kan meldast som serie"), _l("Éi melding kan stå for fleire små, like hendingar.")),
            ),
            ordna=True,
            gruppe="hovudtype",
            faste=frozenset({"anna", "vald_trussel_tilsett"}),
        ),
        Tabell(
            "alvorsgrad",
            _l("Alvorsgrader"),
            _l("Dei fem nivåa og kva dei tyder. Talet på nivå ligg fast, så tala kan samanliknast over tid."),
            "warning",
            (
                tekst3("", NAMN, maks=60),
                tekst3("definisjon", _l("Kva nivået tyder"), maks=300, lang=True),
            ),
            kan_leggje_til=False,
            kan_avslutte=False,
        ),
        Tabell(
            "art",
            _l("Kva slags melding"),
            _l("Avvik, nestenhending, forslag eller skryt. Kva som tel som avvik, ligg fast, så tala kan samanliknast."),
            "flag",
            (tekst3("", NAMN),),
            kan_leggje_til=False,
            kan_avslutte=False,
        ),
        Tabell(
            "arsak",
            _l("Årsaker"),
            _l("Det ein vel mellom når ein finn ut kvifor noko hende."),
            "search",
            (tekst3("", NAMN),),
            ordna=True,
        ),
        Tabell(
            "utfall",
            _l("Utfall"),
            _l("Kva ei sak førte til. Det som er merkt, blir talt som endra prosedyre eller ny praksis."),
            "check",
            (
                tekst3("", NAMN),
                hake("endra_praksis", _l("Blir talt som endra prosedyre eller ny praksis")),
                hake("krev_grunngiving", _l("Krev grunngiving")),
            ),
            ordna=True,
            faste=frozenset({"ingen"}),
        ),
        Tabell(
            "frist",
            _l("Fristar"),
            _l("Kor lenge vi kan bruke, etter alvor. Saker som alt er melde, held på fristane sine."),
            "clock",
            (
                tal("svar_arbeidsdagar", _l("Første svar til meldaren (arbeidsdagar)"), 1, 30),
                tal("start_dagar", _l("Behandlinga er i gang (dagar)"), 0, 90, hint=_l("0 tyder same dag.")),
                tal("lukking_dagar", _l("Saka er lukka (dagar)"), 1, 365),
                tal("eskaler_dagar", _l("Leiaren over får vite det (dagar over fristen)"), 1, 90),
                tal("eskaler_sektor_dagar", _l("Toppen av sektoren får vite det (dagar over fristen)"), 1, 180),
            ),
            nokkel="alvor",
            kan_leggje_til=False,
            kan_avslutte=False,
        ),
        Tabell(
            "kopi",
            _l("Kopiar"),
            _l("Kven som får kopi av kva slags saker. Ei sak om ein leiar blir aldri kopiert."),
            "mail",
            (
                val("hovudtype", _l("Saker av hovudtypen"), "hovudtype"),
                val("min_alvor", _l("Frå og med alvor"), "alvor"),
                val("rolle", _l("Kopi til"), "rolle", hint=_l("Alle som har rolla for eininga.")),
            ),
            nokkel="",
        ),
        Tabell(
            "meldeplikt",
            _l("Meldeplikter"),
            _l("Kven vi må seie frå til utanfor kommunen, korleis og kor fort. Kontroller kjelda før du endrar."),
            "flag",
            (
                tekst3("", _l("Når plikta gjeld"), maks=300, lang=True),
                tekst3("styresmakt", _l("Kven vi melder til"), maks=200),
                tekst3("maate", _l("Korleis vi melder"), maks=200, lang=True),
                tekst3("avgjer", _l("Kven som avgjer"), maks=200),
                hake("straks", _l("Straks")),
                tal(
                    "frist_timar",
                    _l("Frist i timar"),
                    1,
                    8760,
                    kravd=False,
                    hint=_l("Timar som går heile døgnet, frå det blei kjent."),
                ),
                tal("frist_arbeidsdagar", _l("Frist i arbeidsdagar"), 1, 260, kravd=False),
                Felt(Slag.TEKST, "kjelde", _l("Kjelde"), _l("Lov, forskrift eller nettadresse."), kravd=True, maks=500),
                val("stadfest", _l("Kor sikker kjelda er"), "stadfest"),
            ),
            ordna=True,
            faste=frozenset({"alvorleg_hending_a", "alvorleg_hending_b", "personvern_brot", "varsel_aml"}),
        ),
        Tabell(
            "meldeplikt_kopling",
            _l("Når meldeplikter kjem opp"),
            _l("Kva saker som får ei meldeplikt på sjekklista. Programmet sender aldri noko sjølv."),
            "link",
            (
                val("meldeplikt", _l("Meldeplikt"), "meldeplikt"),
                val("hovudtype", _l("Saker av hovudtypen"), "hovudtype_eller_alle", kravd=False),
                val("underkategori", _l("Saker i kategorien"), "underkategori", kravd=False),
                val("min_alvor", _l("Frå og med alvor"), "alvor"),
                hake("krev_personskade", _l("Berre når nokon tilsett blei skadd")),
            ),
            nokkel="",
        ),
        Tabell(
            "tilleggsfelt",
            _l("Tilleggsspørsmål"),
            _l("Spørsmål som berre kjem for visse typar. Alle er frivillige å svare på."),
            "edit",
            (
                val("hovudtype", _l("Kjem for hovudtypen"), "hovudtype"),
                Felt(
                    Slag.FLEIRE,
                    "underkategori",
                    _l("Berre for desse kategoriane"),
                    _l("Ingen hakar: for alle i hovudtypen."),
                    maks=400,
                    val="underkategori_i_type",
                ),
                tekst3("", _l("Spørsmålet"), maks=160),
                val("type", _l("Svaret er"), "felttype"),
                Felt(
                    Slag.LISTE3,
                    "val",
                    _l("Svar å velje mellom"),
                    _l("Eitt svar på kvar linje, like mange på alle språka, i same rekkjefølgje."),
                    maks=2000,
                    lang=True,
                ),
            ),
            ordna=True,
            gruppe="hovudtype",
            faste=frozenset({"personskade", "kjent_dato"}),
            laaste=frozenset({"hovudtype", "type"}),
        ),
        Tabell(
            "yrke",
            _l("Yrke"),
            _l("Yrka ein kan velje for tilsette."),
            "person",
            (tekst3("", NAMN),),
            ordna=True,
        ),
        Tabell(
            "oppbevaring",
            _l("Oppbevaring"),
            _l("Kor lenge ting blir tekne vare på. Alt er framlegg til arkivansvarleg har sagt sitt."),
            "history",
            (
                tekst3("", NAMN),
                hake("bevar", _l("Blir teke vare på for alltid")),
                tal("ar", _l("Tal på år"), 1, 100, kravd=False),
                val("reknast_fra", _l("Rekna frå"), "rekna_fra", kravd=False),
                tekst3("regel", _l("Regelen i vanlege ord"), maks=400, lang=True),
                val("stadfest", _l("Kor sikker regelen er"), "stadfest"),
            ),
            kan_leggje_til=False,
            kan_avslutte=False,
        ),
    )
}

#: The groups of the index page: what is set, in the order one sets it up.
BOLKAR: tuple[tuple[Lazy, tuple[str, ...]], ...] = (
    (_l("Når nokon melder"), ("hovudtype", "underkategori", "tilleggsfelt", "alvorsgrad", "art")),
    (_l("Når saka blir behandla"), ("frist", "arsak", "utfall", "kopi")),
    (_l("Lov og arkiv"), ("meldeplikt", "meldeplikt_kopling", "oppbevaring")),
    (_l("Tilsette"), ("yrke",)),
)
