"""The area all pages of the duties are published on."""

from kjerne.web import Area

area = Area("krav", __name__, url_prefix="/krav")
