"""The application a web server loads, in each of its processes."""

import gc
from typing import Final

from app import create_app
from kjerne.web import House

#: So many who come at once find a connection open, in each process; more are opened as they are needed.
CONNECTIONS: Final = 4

application = create_app()
house: House = application.extensions["internkontroll"]
house.databases.open(CONNECTIONS)
gc.collect()
gc.freeze()  # what is loaded now stays: it need not be looked through each time memory is tidied
