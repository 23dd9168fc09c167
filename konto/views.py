"""Log in and out."""

from kjerne.web import Area

area = Area("konto", __name__)
