"""The area all pages of measures belong to."""

from kjerne.web import Area

area = Area("tiltak", __name__, url_prefix="/tiltak")
