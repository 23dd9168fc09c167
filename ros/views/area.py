"""The area every page of risk analyses is published in."""

from kjerne.web import Area

area = Area("ros", __name__, url_prefix="/ros")
