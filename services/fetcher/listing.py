"""Which of the files of a drop are taken now. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.bundle import by_file, file_digest, place_digest
from shared.messages import split_digests

MOST_FILES = 5000  # that are looked at, the newest; older ones count as read
AT_ONCE = 500  # files that one poll reads
_HALF_WRITTEN = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".writing", ".lock", "~")
_NO_TEXT = (".jpg", ".jpeg", ".png", ".gif", ".tif", ".tiff", ".webp", ".eps", ".pdf", ".mp3", ".mp4", ".mov", ".zip",
            ".md5", ".sha1", ".sha256", ".crc", ".log")  # fmt: skip


@dataclass(frozen=True)
class File:
    """One file as a drop lists it."""

    name: str
    size: int  # bytes
    modified_s: int  # since 1970

    @property
    def digest(self) -> str:
        """What it is known by; another if it was written since."""
        return file_digest(self.name, self.size, self.modified_s)


@dataclass(frozen=True)
class Choice:
    """What is to be done with a listing."""

    take: tuple[File, ...]  # the oldest first
    kept: str  # entry digests of the files that were read before and are still there
    left_out: int  # files for the next poll
    gone: bool  # a file that was read before is no longer there


def choose(files: Iterable[File], known: str) -> Choice:
    """Return which files to read, of which nothing is in the entry digests `known`.

    Names that begin with a dot or end as files do that are being written are passed over, and so are pictures and
    checksums.
    """
    newest = sorted(filter(_fits, files), key=lambda file: (file.modified_s, file.name))[-MOST_FILES:]
    # the last entry of a file is numbered 0: with it, all of the file was read
    found = by_file(split_digests(known)).items()
    read = {file: digests for file, digests in found if place_digest(file, 0) in split_digests(digests)}
    listed = {file.digest for file in newest}
    fresh = [file for file in newest if file.digest not in read]
    kept = "".join(digests for file, digests in read.items() if file in listed)
    return Choice(tuple(fresh[:AT_ONCE]), kept, len(fresh[AT_ONCE:]), gone=bool(read.keys() - listed))


def _fits(file: File) -> bool:
    name = file.name.lower()
    return not name.startswith(".") and not name.endswith(_HALF_WRITTEN + _NO_TEXT) and file.size > 0
