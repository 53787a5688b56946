"""Which due rows go into which job."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from services.scheduler.pack import Due, pack
from shared.messages import Kind, Target


def due(number: int, host: str | None = None, attempts: int = 0) -> Due:
    host = host or f"host{number}"
    target = Target(kind=Kind.FEED, id=number, token="", url=f"https://{host}/{number}", host=host)
    return Due(target, attempts)


def ids(jobs: list[list[Due]]) -> list[list[int]]:
    return [[row.target.id for row in job] for job in jobs]


ROWS = st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from([0, 0, 0, 1, 2])), max_size=40).map(
    lambda drawn: [due(number, host, attempts) for number, (host, attempts) in enumerate(drawn)]
)


def test_rows_share_a_job_up_to_its_size() -> None:
    assert ids(pack([due(number) for number in range(5)], 2)) == [[0, 1], [2, 3], [4]]


def test_a_host_is_in_one_job() -> None:
    rows = [due(0, "a"), due(1, "b"), due(2, "a"), due(3, "c"), due(4, "a")]
    assert ids(pack(rows, 3)) == [[0, 2, 4], [1, 3]]


def test_what_a_host_has_over_a_jobs_size_stays_due() -> None:
    assert ids(pack([due(number, "a") for number in range(5)], 3)) == [[0, 1, 2]]


def test_a_row_whose_worker_died_at_it_travels_alone() -> None:
    assert ids(pack([due(0), due(1, attempts=1), due(2)], 10)) == [[1], [0, 2]]


def test_while_a_row_travels_alone_its_host_is_in_no_other_job() -> None:
    rows = [due(0, "a"), due(1, "a", attempts=1), due(2, "a", attempts=2), due(3, "b")]
    assert ids(pack(rows, 10)) == [[1], [3]]


def test_nothing_due_makes_no_job() -> None:
    assert pack([], 10) == []


@given(ROWS, st.integers(1, 8))
def test_no_job_is_empty_too_large_or_shares_a_host_and_no_row_is_in_two(rows: list[Due], size: int) -> None:
    jobs = pack(rows, size)
    assert all(0 < len(job) <= size for job in jobs)
    hosts = Counter(host for job in jobs for host in {row.target.host for row in job})
    assert set(hosts.values()) <= {1}
    assert set(Counter(row.target.id for job in jobs for row in job).values()) <= {1}
    assert all(len(job) == 1 for job in jobs if any(row.alone for row in job))


@given(ROWS, st.integers(1, 8))
def test_every_host_that_is_due_gets_its_turn(rows: list[Due], size: int) -> None:
    sent = {row.target.host for job in pack(rows, size) for row in job}
    assert sent == {row.target.host for row in rows}
