"""How a command line ends: refusals are one message without a traceback, and have a status of their own."""

import sys
from collections.abc import Callable

REFUSED = 2
INTERRUPTED = 130
# Where this package itself raises them; an ImportError of ours names the extra to install.
ON_PURPOSE = (ValueError, KeyError, FileNotFoundError, FloatingPointError, PermissionError, ImportError)


def run(main: Callable, *args) -> int:
    """Call ``main`` and return the exit status: what it returns or 0, 2 for a refusal and 130 for Ctrl-C."""
    from .errors import StillhouseError

    try:
        status = main(*args)
    except KeyboardInterrupt:
        print("interrupted; go on with --resume", file=sys.stderr)
        return INTERRUPTED
    except (StillhouseError, *ON_PURPOSE) as error:
        if not isinstance(error, StillhouseError) and not _is_ours(error):
            raise
        print(f"error: {error.args[0] if isinstance(error, KeyError) else error}", file=sys.stderr)
        return REFUSED
    return status if isinstance(status, int) else 0


def _is_ours(error: BaseException) -> bool:
    """Whether the error was raised on purpose by this package, not by a mistake somewhere below."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    raised_in = trace.tb_frame.f_globals.get("__name__", "") if trace else ""
    return raised_in.startswith("stillhouse.")
