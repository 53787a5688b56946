"""CPU time and memory of a tree of processes, as Linux tells them in /proc."""

import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")
CONSUMER = " consumer"  # the process of a worker that takes messages off the belt and hands them to the others


@dataclass(frozen=True)
class Process:
    """A process: what part it plays, and the CPU seconds (user and system) that it took, and its ended children."""

    pid: int
    part: str
    cpu_s: float
    ended_s: float


@dataclass(frozen=True)
class Memory:
    """Bytes of a tree of processes: what they take together, shared pages counted once, and the largest one alone."""

    together: int
    largest: int

    def peak(self, other: "Memory") -> "Memory":
        """Return the larger of both, each number for itself."""
        return Memory(max(self.together, other.together), max(self.largest, other.largest))


def tree(root: int) -> list[Process]:
    """Return the running processes that descend from `root`, itself among them."""
    stats = {pid: stat for path in _PROC.glob("[0-9]*") if (stat := _stat(pid := int(path.name)))}
    children: dict[int, list[int]] = {}
    for pid, stat in stats.items():
        children.setdefault(int(stat[1]), []).append(pid)
    found: list[Process] = []
    waiting = [(root, 0)]
    while waiting:
        pid, depth = waiting.pop()
        if pid in stats:
            user, system, ended_user, ended_system = (int(ticks) / _TICKS_PER_S for ticks in stats[pid][11:15])
            found.append(Process(pid, _part(pid, depth), user + system, ended_user + ended_system))
        waiting += [(child, depth + 1) for child in children.get(pid, ())]
    return found


def memory(processes: list[Process]) -> Memory:
    """Return what `processes` take now."""
    sizes = [_sizes(process.pid) for process in processes]
    return Memory(sum(shared for shared, _ in sizes), max((whole for _, whole in sizes), default=0))


def cpu_by_part(processes: list[Process]) -> dict[str, float]:
    """Return the CPU seconds by part; a consumer's ended children worked for its stage."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for process in processes:
        seconds[process.part] += process.cpu_s
        seconds[process.part.removesuffix(CONSUMER)] += process.ended_s
    return seconds


def _stat(pid: int) -> list[str] | None:
    """Return the fields of /proc/<pid>/stat from the state on (field 3), or None if the process has ended."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def _part(pid: int, depth: int) -> str:
    """Return the part of the line that a process plays; a worker's own processes play the stage, it their consumer."""
    try:
        words = (_PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return "supervisor"
    if words[0].split(" ")[0].endswith("valkey-server"):
        return "valkey"
    if "worker" in words:
        stage = words[words.index("worker") + 1]
        return stage if depth > 1 else stage + CONSUMER
    return next((name for name in ("scheduler", "reader") if name in words), "supervisor")


def _sizes(pid: int) -> tuple[int, int]:
    """Return the bytes of a process: its share (PSS) and its whole (RSS)."""
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()[1:]
    except (FileNotFoundError, ProcessLookupError):
        return 0, 0
    fields = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines}
    return fields["Pss"], fields["Rss"]
