"""The area all pages of a case belong to."""

from kjerne.web import Area

area = Area("avvik", __name__, url_prefix="/avvik")
