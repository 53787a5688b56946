"""Which service does which stage's work."""

from shared.hosts import site_of
from shared.queues import FETCH, INDEX, PARSE
from shared.settings import Settings
from shared.worker import run_worker

FETCH_LIMIT_S = 90  # a job starts no fetch after 45 s, and one target takes 42 at most
INDEX_LIMIT_S = 90
PARSE_WALL = 3  # seconds of wall clock for each of CPU: a busy machine is no reason to kill; the alarm counts CPU
ANY_TEXT = "The house will sit again on Tuesday, when the members are to vote on the bill."
ANY_SITE = "https://www.example.org/"


def serve(stage: str, settings: Settings) -> int:
    """Do the work of `stage` until told to stop; returns the exit status."""
    if stage == "fetch":
        from services.fetcher.tasks import start as fetch
        from shared.http.client import Client

        Client.from_settings(settings).close()  # what is wrong with it is told before the fork, once
        return run_worker(FETCH, fetch, settings, settings.fetch_processes, FETCH_LIMIT_S)
    if stage == "parse":
        from services.parser.fields.language import detected_language
        from services.parser.limits import return_memory
        from services.parser.tasks import start as parse

        detected_language(ANY_TEXT)  # its model takes most of a second to load: once before the fork, for all processes
        return_memory()
        return run_worker(PARSE, parse, settings, settings.parse_processes, PARSE_WALL * settings.parse_time_s)
    from services.indexer.tasks import start as index

    site_of(ANY_SITE)  # likewise the list of public suffixes
    return run_worker(INDEX, index, settings, settings.index_processes, INDEX_LIMIT_S)
