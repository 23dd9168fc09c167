"""The area all pages of the procedure library belong to."""

from kjerne.web import Area

area = Area("prosedyrar", __name__, url_prefix="/prosedyrar")
