"""A stop that a signal may ask for. `threading.Event` takes a lock, which the interrupted thread may hold: a deadlock."""

import time

STEP_SECONDS = 0.1


class Halt:
    """Set once by a signal's handler, looked at by the process it stops."""

    def __init__(self) -> None:
        self._asked = False

    def set(self) -> None:
        """Ask for the stop."""
        self._asked = True

    def is_set(self) -> bool:
        """Whether somebody has asked."""
        return self._asked

    def wait(self, seconds: float) -> bool:
        """Sleep in short steps until it is asked for or the time is up; whether it was asked for."""
        end = time.monotonic() + seconds
        while not self._asked and (left := end - time.monotonic()) > 0:
            time.sleep(min(STEP_SECONDS, left))
        return self._asked
