"""What can be read of procedures. Those above import from here."""

from prosedyrar.queries.access import get_prosedyre, get_versjon, open_version, valid_version, visible
from prosedyrar.queries.pick import Valg, pick

__all__ = ["Valg", "get_prosedyre", "get_versjon", "open_version", "pick", "valid_version", "visible"]
