"""The application a web server loads."""

from app import create_app

application = create_app()
