"""One plain sentence for everything that can be expected to go wrong in a command."""

import sys
from collections.abc import Callable

from sqlalchemy.exc import DBAPIError

from cli.installation import Stop
from kjerne.config import ConfigError
from kjerne.errors import Refusal


def run_plainly(run: Callable[[], int]) -> int:
    """Run it; the exit code. What is expected is said in one sentence, exit code 1; Ctrl-C is 130."""
    try:
        return int(run())
    except (Stop, ConfigError, Refusal) as error:
        return _say(str(error))
    except DBAPIError as error:
        return _say(f"The database cannot be used: {str(error.orig).strip().splitlines()[0]}.")
    except OSError as error:
        return _say(f"{error.strerror or type(error).__name__}: {error.filename or ''}".rstrip(": "))
    except KeyboardInterrupt:
        return 130


def _say(sentence: str) -> int:
    print(f"internkontroll: {sentence}", file=sys.stderr)
    return 1
