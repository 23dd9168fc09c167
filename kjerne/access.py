"""The whole access matrix in one readable file: rights, roles, and which role gives which right in its unit's subtree.

`/tilgang` shows this table to everyone who is logged in. Deny by default: what is not in GRANTS is not given.
"""

from enum import StrEnum

from kjerne.i18n import Lazy
from kjerne.i18n import lazy as _l


class Open(StrEnum):
    """Pages that need no right: for everyone, or for everyone who is logged in."""

    ALL = "open:alle"
    LOGGED_IN = "open:innlogga"


class Right(StrEnum):
    """One right per thing a person may do. Held on units; a subtree is included."""

    AVVIK_MELD = "avvik:meld"
    AVVIK_LES = "avvik:les"
    AVVIK_LES_LOFTA = "avvik:les-lofta"
    AVVIK_BEHANDLE = "avvik:behandle"
    AVVIK_LUKK_ALVORLEG = "avvik:lukk-alvorleg"
    AVVIK_NAMN = "avvik:namn"
    AVVIK_TAL = "avvik:tal"
    AVVIK_KOPI = "avvik:kopi"
    AVVIK_SLADD = "avvik:sladd"
    AVVIK_KASSER = "avvik:kasser"
    TILTAK_LES = "tiltak:les"
    TILTAK_SKRIV = "tiltak:skriv"
    EINING_SKRIV = "eining:skriv"
    PERSON_LES = "person:les"
    PERSON_SKRIV = "person:skriv"
    TILGANG_GI = "tilgang:gi"
    KATALOG_ENDRE = "katalog:endre"
    LOGG_LES = "logg:les"
    DRIFT = "drift:styr"
    RAPPORT_LES = "rapport:les"
    PROSEDYRE_SKRIV = "prosedyre:skriv"
    PROSEDYRE_GODKJENN = "prosedyre:godkjenn"
    PROSEDYRE_STATUS = "prosedyre:status"
    ROS_LES = "ros:les"
    ROS_SKRIV = "ros:skriv"
    ROS_GODKJENN = "ros:godkjenn"
    OMSTILLING_LES = "omstilling:les"
    OMSTILLING_SKRIV = "omstilling:skriv"
    KOMPETANSE_LES = "kompetanse:les"
    KOMPETANSE_SKRIV = "kompetanse:skriv"
    KOMPETANSE_TAL = "kompetanse:tal"
    BREV_SKRIV = "brev:skriv"
    BREV_LES = "brev:les"
    BREV_SVAR = "brev:svar"
    REGISTER_LES = "register:les"
    REGISTER_SKRIV = "register:skriv"
    KRAV_LES = "krav:les"
    TILSYNSMAPPE = "krav:tilsynsmappe"
    RAPPORT_SKRIV = "rapport:skriv"


class Rolle(StrEnum):
    """Roles, given on a unit for its subtree, with dates."""

    TILSETT = "tilsett"
    LEIAR = "leiar"
    SEKTORLEIAR = "sektorleiar"
    KVALITETSKOORDINATOR = "kvalitetskoordinator"
    KOMMUNALSJEF = "kommunalsjef"
    LEIING = "leiing"
    VERNEOMBOD = "verneombod"
    PERSONVERNOMBOD = "personvernombod"
    FAGANSVARLEG = "fagansvarleg"
    BRANNVERNLEIAR = "brannvernleiar"
    INFORMASJONSTRYGGLEIK = "informasjonstryggleik"
    HR = "hr"
    ADMINISTRATOR = "administrator"
    REVISOR = "revisor"


#: A leader whose unit is the whole sector is read as SEKTORLEIAR: she reads case texts below only when they are
#: escalated, forwarded to her or of severity 4-5; else she sees counts. Nobody is given this role by hand.
DERIVED = frozenset({Rolle.SEKTORLEIAR})

ROLLENAMN: dict[Rolle, Lazy] = {
    Rolle.TILSETT: _l("Tilsett"),
    Rolle.LEIAR: _l("Leiar"),
    Rolle.SEKTORLEIAR: _l("Leiar for sektoren"),
    Rolle.KVALITETSKOORDINATOR: _l("Kvalitetskoordinator"),
    Rolle.KOMMUNALSJEF: _l("Kommunalsjef"),
    Rolle.LEIING: _l("Leiing (berre tal)"),
    Rolle.VERNEOMBOD: _l("Verneombod"),
    Rolle.PERSONVERNOMBOD: _l("Personvernombod"),
    Rolle.FAGANSVARLEG: _l("Fagansvarleg"),
    Rolle.BRANNVERNLEIAR: _l("Brannvernleiar"),
    Rolle.INFORMASJONSTRYGGLEIK: _l("Informasjonstryggleik"),
    Rolle.HR: _l("HR"),
    Rolle.ADMINISTRATOR: _l("Administrator"),
    Rolle.REVISOR: _l("Revisor (avgrensa tid)"),
}

RETTNAMN: dict[Right, Lazy] = {
    Right.AVVIK_MELD: _l("Melde avvik"),
    Right.AVVIK_LES: _l("Lese saker i eininga"),
    Right.AVVIK_LES_LOFTA: _l("Lese saker som er lyfta opp, sende vidare eller har alvor 4–5"),
    Right.AVVIK_BEHANDLE: _l("Behandle saker"),
    Right.AVVIK_LUKK_ALVORLEG: _l("Lukke saker med alvor 4–5"),
    Right.AVVIK_NAMN: _l("Opne namnet på ein konfidensiell meldar, med grunngiving"),
    Right.AVVIK_TAL: _l("Sjå tal for eininga"),
    Right.AVVIK_KOPI: _l("Få kopi av saker av sitt slag"),
    Right.AVVIK_SLADD: _l("Sladde tekst"),
    Right.AVVIK_KASSER: _l("Godkjenne kassasjon av saker"),
    Right.TILTAK_LES: _l("Sjå tiltak i eininga"),
    Right.TILTAK_SKRIV: _l("Lage og følgje opp tiltak"),
    Right.EINING_SKRIV: _l("Endre einingar"),
    Right.PERSON_LES: _l("Sjå personar i eininga"),
    Right.PERSON_SKRIV: _l("Endre personar og kontoar"),
    Right.TILGANG_GI: _l("Gi roller"),
    Right.KATALOG_ENDRE: _l("Endre typar, kategoriar, fristar og tekstar"),
    Right.LOGG_LES: _l("Lese loggen"),
    Right.DRIFT: _l("Drifte systemet"),
    Right.RAPPORT_LES: _l("Lese rapportar for eininga"),
    Right.PROSEDYRE_SKRIV: _l("Skrive prosedyrar for eininga"),
    Right.PROSEDYRE_GODKJENN: _l("Godkjenne prosedyrar for eininga"),
    Right.PROSEDYRE_STATUS: _l("Sjå kven som har lese, og oversikta over rutinar"),
    Right.ROS_LES: _l("Lese risikoanalysar i eininga"),
    Right.ROS_SKRIV: _l("Gjennomføre risikoanalysar"),
    Right.ROS_GODKJENN: _l("Godkjenne risikoanalysar og godta raud restrisiko"),
    Right.OMSTILLING_LES: _l("Sjå omstilling og sparetiltak"),
    Right.OMSTILLING_SKRIV: _l("Lese inn og følgje opp omstilling og sparetiltak"),
    Right.KOMPETANSE_LES: _l("Sjå kompetansen til namngitte personar i eininga"),
    Right.KOMPETANSE_SKRIV: _l("Stadfeste kompetanse, setje behov og lage plan"),
    Right.KOMPETANSE_TAL: _l("Sjå kompetansekartet utan namn"),
    Right.BREV_SKRIV: _l("Skrive og sende oppdragsbrev, og godta svar"),
    Right.BREV_LES: _l("Lese oppdragsbrev og svara frå einingane"),
    Right.BREV_SVAR: _l("Svare på oppdragsbrevet for eininga"),
    Right.REGISTER_LES: _l("Lese registeret over møte, rundar og undersøkingar"),
    Right.REGISTER_SKRIV: _l("Føre registeret over møte, rundar og undersøkingar"),
    Right.KRAV_LES: _l("Sjå lovkrava og kva som er på plass"),
    Right.TILSYNSMAPPE: _l("Lage tilsynsmappe"),
    Right.RAPPORT_SKRIV: _l("Tinge, kommentere og køyre rapportar"),
}

#: What everybody who leads may do in her units; which case texts she reads differs.
_LEADS = frozenset(
    {
        Right.AVVIK_MELD,
        Right.AVVIK_BEHANDLE,
        Right.AVVIK_TAL,
        Right.TILTAK_LES,
        Right.TILTAK_SKRIV,
        Right.PERSON_LES,
        Right.RAPPORT_LES,
        Right.PROSEDYRE_SKRIV,
        Right.PROSEDYRE_GODKJENN,
        Right.PROSEDYRE_STATUS,
        Right.ROS_LES,
        Right.ROS_SKRIV,
        Right.ROS_GODKJENN,
        Right.KOMPETANSE_LES,
        Right.KOMPETANSE_SKRIV,
        Right.KOMPETANSE_TAL,
        Right.BREV_LES,
        Right.BREV_SVAR,
        Right.REGISTER_LES,
        Right.REGISTER_SKRIV,
        Right.KRAV_LES,
        Right.RAPPORT_SKRIV,
        Right.OMSTILLING_LES,
    }
)

GRANTS: dict[Rolle, frozenset[Right]] = {
    Rolle.TILSETT: frozenset({Right.AVVIK_MELD}),
    Rolle.LEIAR: _LEADS | {Right.AVVIK_LES},
    Rolle.SEKTORLEIAR: _LEADS | {Right.AVVIK_LES_LOFTA},
    Rolle.KVALITETSKOORDINATOR: frozenset(
        {
            Right.AVVIK_MELD,
            Right.AVVIK_LES,
            Right.AVVIK_BEHANDLE,
            Right.AVVIK_LUKK_ALVORLEG,
            Right.AVVIK_NAMN,
            Right.AVVIK_TAL,
            Right.AVVIK_SLADD,
            Right.AVVIK_KASSER,
            Right.TILTAK_LES,
            Right.TILTAK_SKRIV,
            Right.PERSON_LES,
            Right.KATALOG_ENDRE,
            Right.RAPPORT_LES,
            Right.PROSEDYRE_SKRIV,
            Right.PROSEDYRE_GODKJENN,
            Right.PROSEDYRE_STATUS,
            Right.ROS_LES,
            Right.ROS_SKRIV,
            Right.KOMPETANSE_LES,
            Right.KOMPETANSE_SKRIV,
            Right.KOMPETANSE_TAL,
            Right.BREV_LES,
            Right.REGISTER_LES,
            Right.REGISTER_SKRIV,
            Right.KRAV_LES,
            Right.TILSYNSMAPPE,
            Right.RAPPORT_SKRIV,
            Right.OMSTILLING_LES,
        }
    ),
    Rolle.KOMMUNALSJEF: _LEADS | {Right.AVVIK_LES_LOFTA, Right.BREV_SKRIV, Right.TILSYNSMAPPE, Right.OMSTILLING_SKRIV},
    Rolle.LEIING: frozenset(
        {Right.AVVIK_TAL, Right.RAPPORT_LES, Right.OMSTILLING_LES, Right.KOMPETANSE_TAL, Right.BREV_LES, Right.KRAV_LES}
    ),
    Rolle.VERNEOMBOD: frozenset({Right.AVVIK_MELD, Right.AVVIK_KOPI, Right.AVVIK_TAL, Right.ROS_LES, Right.REGISTER_LES}),
    Rolle.PERSONVERNOMBOD: frozenset({Right.AVVIK_MELD, Right.AVVIK_KOPI, Right.AVVIK_SLADD, Right.PROSEDYRE_SKRIV, Right.ROS_LES}),
    Rolle.FAGANSVARLEG: frozenset(
        {
            Right.AVVIK_MELD,
            Right.TILTAK_LES,
            Right.PROSEDYRE_SKRIV,
            Right.PROSEDYRE_STATUS,
            Right.ROS_LES,
            Right.ROS_SKRIV,
            Right.KOMPETANSE_LES,
            Right.KOMPETANSE_SKRIV,
            Right.KOMPETANSE_TAL,
        }
    ),
    Rolle.BRANNVERNLEIAR: frozenset({Right.AVVIK_MELD, Right.AVVIK_KOPI, Right.PROSEDYRE_SKRIV, Right.ROS_LES, Right.ROS_SKRIV}),
    Rolle.INFORMASJONSTRYGGLEIK: frozenset(
        {Right.AVVIK_MELD, Right.AVVIK_KOPI, Right.PROSEDYRE_SKRIV, Right.ROS_LES, Right.ROS_SKRIV}
    ),
    Rolle.HR: frozenset({Right.AVVIK_MELD, Right.AVVIK_KOPI, Right.PERSON_LES, Right.KOMPETANSE_LES, Right.KOMPETANSE_TAL}),
    Rolle.ADMINISTRATOR: frozenset(
        {
            Right.AVVIK_MELD,
            Right.EINING_SKRIV,
            Right.PERSON_LES,
            Right.PERSON_SKRIV,
            Right.TILGANG_GI,
            Right.KATALOG_ENDRE,
            Right.LOGG_LES,
            Right.DRIFT,
            Right.PROSEDYRE_SKRIV,
        }
    ),
    Rolle.REVISOR: frozenset(
        {
            Right.AVVIK_LES,
            Right.AVVIK_TAL,
            Right.TILTAK_LES,
            Right.RAPPORT_LES,
            Right.PROSEDYRE_STATUS,
            Right.ROS_LES,
            Right.KOMPETANSE_TAL,
            Right.BREV_LES,
            Right.REGISTER_LES,
            Right.KRAV_LES,
            Right.OMSTILLING_LES,
        }
    ),
}


def roles_with(right: Right) -> frozenset[Rolle]:
    """The roles that give a right."""
    return frozenset(rolle for rolle, rights in GRANTS.items() if right in rights)
