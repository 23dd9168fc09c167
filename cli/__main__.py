"""Lets `python -m cli` be the same as `internkontroll`."""

import sys

from cli.main import main

sys.exit(main())
