"""What can be read of cases: functions that return Select, and get_… that finds or refuses."""

from avvik.queries.access import can_see, get_avvik, reporter_of, visible, who_am_i
from avvik.queries.lists import Lister, list_query, open_count
from avvik.queries.lofte import kept_promise
from avvik.queries.routing import Mottakar, find_mottakar, holders

__all__ = [
    "Lister",
    "Mottakar",
    "can_see",
    "find_mottakar",
    "get_avvik",
    "holders",
    "kept_promise",
    "list_query",
    "open_count",
    "reporter_of",
    "visible",
    "who_am_i",
]
