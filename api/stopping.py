"""Whether this process is about to end: set by a signal, asked by every request."""


class Stopping:
    """From ``begin`` on the service is not ready, and takes nothing new."""

    def __init__(self) -> None:
        self.begun = False

    def begin(self) -> None:
        """It stays so. Safe inside of a signal handler."""
        self.begun = True
