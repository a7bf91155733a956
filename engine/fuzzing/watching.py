"""What a process does while it reads: files that it opens outside of a folder, programs that it starts, memory, seconds."""

import os
import resource
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HANG_S = 5.0
GROWTH_MB = 512
ROOM_MB = 6144  # of addresses; what asks for more gets a MemoryError instead of the machine's memory
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_STARTS = ("os.system", "os.exec", "os.posix_spawn", "os.fork", "subprocess.Popen", "pty.spawn")
_NET = ("socket.connect", "socket.bind", "socket.getaddrinfo", "urllib.Request")
_BETWEEN = ("os.rename", "os.link", "os.symlink")  # of two paths
_CHANGES = (
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.mkdir",
    "os.link",
    "os.symlink",
    "os.chmod",
    "os.truncate",
    "shutil.rmtree",
)
_PICKLE = "pickle.find_class"


class HangError(BaseException):
    """Reading took too long; no reader catches it."""


class Watch:
    """Notes what leaves a folder. Python gives no way to take it off again: for processes that end soon.

    Args:
        known: folders of code and of the system, which may be read.
    """

    def __init__(self, known: list[str]) -> None:
        self._known = tuple(os.path.realpath(one) + os.sep for one in known)
        self._folder = ""
        self.seen: list[str] = []
        sys.addaudithook(self._note)

    @contextmanager
    def of(self, folder: Path) -> Iterator[list[str]]:
        """What is noted within the block."""
        self.seen, self._folder = [], os.path.realpath(folder) + os.sep
        try:
            yield self.seen
        finally:
            self._folder = ""

    def _note(self, event: str, arguments: tuple) -> None:
        if not self._folder:
            return
        if event == "open":
            self._opened(*arguments[:3])
        elif event in _STARTS or event in _NET or event == _PICKLE:
            self.seen.append(f"{event}{arguments!r:.120}")
        elif event in _CHANGES:
            named = arguments[:2] if event in _BETWEEN else arguments[:1]
            self.seen += [f"{event} {path!r:.120}" for path in named if not self._inside(path)]

    def _opened(self, path: object, mode: object, flags: object) -> None:
        if isinstance(path, int) or self._inside(path):
            return
        writes = isinstance(flags, int) and bool(flags & _WRITES)
        if writes and os.path.realpath(os.fsdecode(path)) != os.devnull:  # type: ignore[arg-type]
            self.seen.append(f"writes {path!r:.120}")
        elif not self._is_known(path):
            self.seen.append(f"reads {path!r:.120}")

    def _inside(self, path: object) -> bool:
        return isinstance(path, int) or (os.path.realpath(os.fsdecode(path)) + os.sep).startswith(self._folder)  # type: ignore[arg-type]

    def _is_known(self, path: object) -> bool:
        if isinstance(path, str) and path.startswith(
            "<"
        ):  # a warning looks for the line of "<string>" that it is about
            return True
        # Importing looks at every entry of the search path, among them names that are no folders.
        return path in sys.path or os.path.realpath(os.fsdecode(path)).startswith(self._known)  # type: ignore[arg-type]


def code_folders() -> list[str]:
    """Where modules, their data and the system's files lie; the temporary folder is not among them."""
    package = Path(__file__).resolve().parents[2]
    candidates = [sys.prefix, sys.base_prefix, str(package), "/usr", "/proc", "/sys", "/dev", "/lib"]
    return [one for one in candidates if not tempfile.gettempdir().startswith(one.rstrip("/") + "/")]


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Interrupt what takes longer.

    Raises:
        HangError: it did.
    """

    def end(*_: object) -> None:
        raise HangError

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def limit_memory(room_mb: int = ROOM_MB) -> None:
    """Let this process have so much more, for good."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + (room_mb << 20)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def forget_peak() -> None:
    """Begin to measure the peak of resident memory anew."""
    Path("/proc/self/clear_refs").write_text("5")


def memory_mb() -> tuple[float, float]:
    """Resident memory now, and its peak since ``forget_peak``, in MiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    found = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines if line.startswith(("VmHWM", "VmRSS"))}
    return found["VmRSS"], found["VmHWM"]
