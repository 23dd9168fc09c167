"""The area all pages of the register are published on."""

from kjerne.web import Area

area = Area("register", __name__, url_prefix="/register")
