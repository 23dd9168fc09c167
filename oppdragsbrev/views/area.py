"""The area all pages of the letter are published on."""

from kjerne.web import Area

area = Area("oppdragsbrev", __name__, url_prefix="/oppdragsbrev")
