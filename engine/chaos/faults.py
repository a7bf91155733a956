"""The faults: what each does to a running process or to its files, and what a user would do about it."""

import os
import random
import resource
import shutil
import signal
from abc import ABC, abstractmethod
from pathlib import Path

from ..checkpoint import chosen, saved
from ..errors import StillhouseError
from ..run_folder import set_aside
from ..run_process import RunProcess
from .place import Place

MOST_ROOM = 1 << 20  # bytes that a starved process may still take


class Fault(ABC):
    """One kind of fault.

    Attributes:
        name: as the table calls it.
        needs_checkpoint: whether it waits for the first checkpoint.
    """

    name = ""
    needs_checkpoint = False

    def applies(self, place: Place) -> bool:
        """Whether the config has what this fault harms."""
        return True

    @abstractmethod
    def strike(self, process: RunProcess, place: Place, draw: random.Random) -> int:
        """Do it to a process that runs.

        Returns:
            The iteration that must not be lost.
        """

    def mend(self, place: Place) -> None:  # noqa: B027  most faults need nothing
        """What a refusal's message tells a user to do; nothing where it is enough to go on."""

    def tidy(self, place: Place) -> None:  # noqa: B027
        """Put back what the fault took from outside the run's folder."""


class Kill(Fault):
    """SIGKILL, as by a scheduler or the kernel when memory runs out."""

    name, sent = "SIGKILL", signal.SIGKILL

    def strike(self, process: RunProcess, place: Place, draw: random.Random) -> int:
        """See ``Fault``."""
        good = place.newest()
        os.kill(process.pid, self.sent)
        return good


class Terminate(Kill):
    """SIGTERM, as by a scheduler that wants the machine back."""

    name, sent = "SIGTERM", signal.SIGTERM


class Interrupt(Kill):
    """SIGINT, as by Ctrl-C."""

    name, sent = "SIGINT", signal.SIGINT


class FullDisk(Fault):
    """Files can grow no more, from one moment on, beyond a random size: writing fails as on a full disk."""

    name = "full disk"

    def strike(self, process: RunProcess, place: Place, draw: random.Random) -> int:
        """See ``Fault``."""
        good = place.newest()
        largest = max((path.stat().st_size for path in saved(place.folder)), default=1 << 16)
        _limit(process, resource.RLIMIT_FSIZE, draw.choice([0, draw.randrange(largest)]))
        return good


class Starvation(Fault):
    """The process gets no more memory, from one moment on, but for a random rest."""

    name = "no memory"

    def strike(self, process: RunProcess, place: Place, draw: random.Random) -> int:
        """See ``Fault``."""
        good = place.newest()
        _limit(process, resource.RLIMIT_AS, _memory_of(process.pid) + draw.choice([0, draw.randrange(MOST_ROOM)]))
        return good


class Damage(Fault):
    """The process is killed, and its newest checkpoint damaged."""

    needs_checkpoint = True

    def strike(self, process: RunProcess, place: Place, draw: random.Random) -> int:
        """See ``Fault``."""
        process.kill()
        newest, *earlier = saved(place.folder)
        self.damage(newest, draw)
        return int(earlier[0].stem.split("_")[1]) if earlier else 0

    @abstractmethod
    def damage(self, path: Path, draw: random.Random) -> None:
        """Spoil one file."""

    def mend(self, place: Place) -> None:
        """Begin anew, as ``--restart`` does: no checkpoint was good."""
        set_aside(place.folder)


class Corruption(Damage):
    """Some bytes are others."""

    name = "corrupt checkpoint"

    def damage(self, path: Path, draw: random.Random) -> None:
        """See ``Damage``."""
        _change_bytes(path, draw)


class Truncation(Damage):
    """Its end is missing."""

    name = "truncated checkpoint"

    def damage(self, path: Path, draw: random.Random) -> None:
        """See ``Damage``."""
        os.truncate(path, draw.randrange(path.stat().st_size))


class LostCompanion(Fault):
    """The process is killed, and a companion's folder taken away."""

    name = "companion removed"

    def applies(self, place: Place) -> bool:
        """See ``Fault``."""
        return bool(place.companions)

    def strike(self, process: RunProcess, place: Place, draw: random.Random) -> int:
        """See ``Fault``."""
        process.kill()
        folder = draw.choice(place.companions)
        folder.rename(_taken(folder))
        return place.newest()

    def mend(self, place: Place) -> None:
        """Put it back."""
        self.tidy(place)

    def tidy(self, place: Place) -> None:
        """See ``Fault``."""
        for folder in place.companions:
            if _taken(folder).exists():
                _taken(folder).rename(folder)


class SpoiltCompanion(LostCompanion):
    """The process is killed, and some bytes of a companion's checkpoint are others."""

    name = "corrupt companion"

    def strike(self, process: RunProcess, place: Place, draw: random.Random) -> int:
        """See ``Fault``."""
        process.kill()
        folder = draw.choice(place.companions)
        shutil.copytree(folder, _taken(folder))
        path = chosen(folder)
        if path is not None:
            _change_bytes(path, draw)
        return place.newest()

    def tidy(self, place: Place) -> None:
        """See ``Fault``."""
        for folder in place.companions:
            if _taken(folder).exists():
                shutil.rmtree(folder)
        super().tidy(place)


class SpoiltCache(Fault):
    """The process is killed, and a file of its caches damaged: some bytes are others, or its end is missing."""

    name = "damaged cache"
    needs_checkpoint = True

    def applies(self, place: Place) -> bool:
        """See ``Fault``."""
        return bool(_files(place.cache))

    def strike(self, process: RunProcess, place: Place, draw: random.Random) -> int:
        """See ``Fault``."""
        process.kill()
        path = draw.choice(_files(place.cache))
        if draw.random() < 0.5:
            _change_bytes(path, draw)
        else:
            os.truncate(path, draw.randrange(path.stat().st_size))
        return place.newest()


FAULTS = (
    Kill(), Terminate(), Interrupt(), FullDisk(), Starvation(), Corruption(), Truncation(), LostCompanion(),
    SpoiltCompanion(), SpoiltCache(),
)  # fmt: skip


def faults_named(names: list[str] | None) -> list[Fault]:
    """The faults of these names, all by default.

    Raises:
        StillhouseError: there is none of a name.
    """
    known = {fault.name: fault for fault in FAULTS}
    for name in names or []:
        if name not in known:
            raise StillhouseError(f"--kinds {name!r}: no such fault; there are {', '.join(known)}")
    return [known[name] for name in names or known]


def _taken(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.taken")


def _files(folder: Path) -> list[Path]:
    """Those with a content, below a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)


def _change_bytes(path: Path, draw: random.Random) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(draw.randint(1, 16)):
        content[draw.randrange(len(content))] ^= draw.randint(1, 255)
    path.write_bytes(content)


def _limit(process: RunProcess, what: int, soft: int) -> None:
    """Lower a limit of a running process; ``ProcessLookupError`` where it has just ended."""
    hard = resource.prlimit(process.pid, what)[1]  # type: ignore[attr-defined]
    resource.prlimit(process.pid, what, (soft, hard))  # type: ignore[attr-defined]


def _memory_of(pid: int) -> int:
    """Bytes of address space."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[0])
    except (OSError, IndexError) as error:
        raise ProcessLookupError(pid) from error
    return pages * resource.getpagesize()
