"""The command line: start, serve, look after and look into an installation. Stands above all packages, like `app.py`."""
