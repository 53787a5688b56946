"""Whether fetchers reach the web: the one thing that they know of all their work together."""

from shared.belt.client import Part, reachable

KEPT_S = 600  # what is handed back meanwhile is asked for again well within it, and says so again


class Outage(Part):
    """Since when the web cannot be reached, as the first fetcher said that found it so."""

    def lose_web(self) -> None:
        """Note that the web cannot be reached from here, if that is not known already.

        :raises TransientError: Redis is away or full.
        """
        with reachable():
            seconds, _ = self.client.time()
            pipe = self.client.pipeline(transaction=False)
            pipe.set("belt:away", seconds, nx=True)
            pipe.expire("belt:away", KEPT_S)
            pipe.execute()

    def find_web(self) -> None:
        """Note that it can again.

        :raises TransientError: Redis is away.
        """
        with reachable():
            self.client.delete("belt:away")

    def web_lost_s(self) -> int | None:
        """Return for how many seconds the web has been out of reach, None: it is not.

        :raises TransientError: Redis is away.
        """
        with reachable():
            since = self.client.get("belt:away")
            return None if since is None else max(0, self.client.time()[0] - int(since))
