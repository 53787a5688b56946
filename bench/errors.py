"""What can go wrong while measuring."""


class BenchError(Exception):
    """The measurement cannot be made; the sentence says why."""
