"""How a command line ends: refusals are one message without a traceback, and have a status of their own.

Status 1 is left to a command's own verdict, such as FAIL; nothing else ends with it.
"""

import errno
import mmap
import sys
import traceback
from collections.abc import Callable, Iterator

VERDICT = 1
REFUSED = 2
DEFECT = 3
INTERRUPTED = 130
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
LITTLE = 16 << 20  # bytes that any process can have where memory is not short
PANIC = "PanicException"  # of libraries in Rust; it is no Exception
EXHAUSTED = (
    "memory ran out ({}). What was saved before is untouched; free some memory, or take less at once (a smaller batch_size), "
    "then go on where it stopped."
)
# Where this package itself raises them; an ImportError of ours names the extra to install.
ON_PURPOSE = (ValueError, KeyError, FloatingPointError, ImportError)


def run(main: Callable, *args) -> int:
    """Call ``main`` and return the exit status.

    Returns:
        What ``main`` returns, or 0; 2 for a refusal, memory that ran out and a file or folder that cannot be read or written
        among them; 3 for a defect, which leaves its traceback; 130 for Ctrl-C.
    """
    try:
        status = main(*args)
    except BaseException as error:
        if not isinstance(error, (Exception, KeyboardInterrupt)) and type(error).__name__ != PANIC:
            raise
        return _refuse(error)
    return status if isinstance(status, int) else 0


def _refuse(error: BaseException) -> int:
    """Say why it ended, and return the status."""
    from .errors import StillhouseError

    known = isinstance(error, (StillhouseError, OSError)) or _is_on_purpose(error)
    # Some libraries raise an error of their own in the place of any other.
    before = [] if known else list(_before(error))
    if any(isinstance(each, KeyboardInterrupt) for each in (error, *before)):
        print("interrupted; go on with --resume", file=sys.stderr)
        return INTERRUPTED
    if any(map(_is_out_of_memory, (error, *before))) or (not known and _memory_is_gone()):
        told = (str(error).splitlines() or [type(error).__name__])[0]  # a library may quote whole files
        print(f"error: {EXHAUSTED.format(told)}", file=sys.stderr)
        return REFUSED
    if not known:
        traceback.print_exception(error)
        return DEFECT
    print(f"error: {_message(error)}", file=sys.stderr)
    return REFUSED


def is_shortage(error: Exception) -> bool:
    """Whether an error says that memory or room on a disk ran out, and so nothing of what was read or written."""
    full = isinstance(error, OSError) and error.errno in (*NO_ROOM, errno.ENOMEM)
    return full or any(map(_is_out_of_memory, (error, *_before(error))))


def _is_out_of_memory(error: BaseException) -> bool:
    # A library that the loader finds no room for is an ImportError.
    if isinstance(error, ImportError) and "failed to map segment" in str(error):
        return True
    # Before torch is there, nothing but Python's own error can say so.
    if isinstance(error, MemoryError) or "torch" not in sys.modules:
        return isinstance(error, MemoryError)
    from ..hooks.memory_cleanup import is_out_of_memory

    return is_out_of_memory(error)


def _before(error: BaseException) -> Iterator[BaseException]:
    """The errors in whose place it was raised."""
    before = error.__cause__ or error.__context__
    if before is not None:
        yield before
        yield from _before(before)


def _memory_is_gone() -> bool:
    """Whether none can be had now: libraries of other languages say so in many words, or fail without any."""
    try:
        mmap.mmap(-1, LITTLE).close()
    except (OSError, MemoryError):
        return True
    return False


def _message(error: BaseException) -> object:
    """What to tell the user; of the operating system's errors the path and the reason."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename2 or error.filename}: cannot be read or written ({error.strerror})"
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return (
            f"a file could not be written ({error.strerror}). What was saved before is untouched; make room, then go on "
            "where it stopped."
        )
    return error.args[0] if isinstance(error, KeyError) and error.args else error


def _is_on_purpose(error: BaseException) -> bool:
    """Whether the error was raised on purpose by this package, not by a mistake somewhere below."""
    if not isinstance(error, ON_PURPOSE):
        return False
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    raised_in = trace.tb_frame.f_globals.get("__name__", "") if trace else ""
    return raised_in.startswith("stillhouse.")
