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
}

GRANTS: dict[Rolle, frozenset[Right]] = {
    Rolle.TILSETT: frozenset({Right.AVVIK_MELD}),
    Rolle.LEIAR: frozenset(
        {
            Right.AVVIK_MELD,
            Right.AVVIK_LES,
            Right.AVVIK_BEHANDLE,
            Right.AVVIK_TAL,
            Right.TILTAK_LES,
            Right.TILTAK_SKRIV,
            Right.PERSON_LES,
            Right.RAPPORT_LES,
        }
    ),
    Rolle.SEKTORLEIAR: frozenset(
        {
            Right.AVVIK_MELD,
            Right.AVVIK_LES_LOFTA,
            Right.AVVIK_BEHANDLE,
            Right.AVVIK_TAL,
            Right.TILTAK_LES,
            Right.TILTAK_SKRIV,
            Right.PERSON_LES,
            Right.RAPPORT_LES,
        }
    ),
    Rolle.KVALITETSKOORDINATOR: frozenset(
        {
            Right.AVVIK_MELD,
            Right.AVVIK_LES,
            Right.AVVIK_BEHANDLE,
            Right.AVVIK_LUKK_ALVORLEG,
            Right.AVVIK_NAMN,
            Right.AVVIK_TAL,
            Right.AVVIK_SLADD,
            Right.TILTAK_LES,
            Right.TILTAK_SKRIV,
            Right.PERSON_LES,
            Right.KATALOG_ENDRE,
            Right.RAPPORT_LES,
        }
    ),
    Rolle.KOMMUNALSJEF: frozenset(
        {
            Right.AVVIK_MELD,
            Right.AVVIK_LES_LOFTA,
            Right.AVVIK_BEHANDLE,
            Right.AVVIK_TAL,
            Right.TILTAK_LES,
            Right.TILTAK_SKRIV,
            Right.PERSON_LES,
            Right.RAPPORT_LES,
        }
    ),
    Rolle.LEIING: frozenset({Right.AVVIK_TAL, Right.RAPPORT_LES}),
    Rolle.VERNEOMBOD: frozenset({Right.AVVIK_MELD, Right.AVVIK_KOPI, Right.AVVIK_TAL}),
    Rolle.PERSONVERNOMBOD: frozenset({Right.AVVIK_MELD, Right.AVVIK_KOPI, Right.AVVIK_SLADD}),
    Rolle.FAGANSVARLEG: frozenset({Right.AVVIK_MELD, Right.TILTAK_LES}),
    Rolle.BRANNVERNLEIAR: frozenset({Right.AVVIK_MELD, Right.AVVIK_KOPI}),
    Rolle.INFORMASJONSTRYGGLEIK: frozenset({Right.AVVIK_MELD, Right.AVVIK_KOPI}),
    Rolle.HR: frozenset({Right.AVVIK_MELD, Right.AVVIK_KOPI, Right.PERSON_LES}),
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
        }
    ),
    Rolle.REVISOR: frozenset({Right.AVVIK_LES, Right.AVVIK_TAL, Right.TILTAK_LES, Right.RAPPORT_LES}),
}


def roles_with(right: Right) -> frozenset[Rolle]:
    """The roles that give a right."""
    return frozenset(rolle for rolle, rights in GRANTS.items() if right in rights)
