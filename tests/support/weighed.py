"""How much a page weighs on the line."""

from dataclasses import dataclass, field
from typing import Any

from browsing import Watched


@dataclass
class Weighed:
    """Bytes as they come over the network, headers and compression included, but for photos."""

    photos: set[str] = field(default_factory=set)
    bytes: int = 0

    @classmethod
    def of(cls, watched: Watched) -> "Weighed":
        """From now on, with nothing kept from before."""
        made, session = cls(), watched.context.new_cdp_session(watched.page)
        session.send("Network.enable")
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        session.on("Network.requestWillBeSent", made._asked)
        session.on("Network.loadingFinished", made._loaded)
        return made

    def _asked(self, event: dict[str, Any]) -> None:
        if "/photos/" in event["request"]["url"]:
            self.photos.add(event["requestId"])

    def _loaded(self, event: dict[str, Any]) -> None:
        if event["requestId"] not in self.photos:
            self.bytes += int(event["encodedDataLength"])
