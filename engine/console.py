"""One terminal for log lines and progress bars."""

import logging
import sys

from rich import get_console
from rich.logging import RichHandler


def attach_console(logger: logging.Logger) -> None:
    """Draw a logger's terminal output through rich on a terminal, and as plain lines elsewhere; files stay as they are."""
    for handler in list(logger.handlers):
        if type(handler) is logging.StreamHandler:
            logger.removeHandler(handler)
            logger.addHandler(_terminal(handler.level))


def _terminal(level: int) -> logging.Handler:
    console = get_console()
    if console.is_terminal:
        return _at(RichHandler(console=console, show_path=False, show_level=False, markup=False), level)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    return _at(handler, level)


def _at(handler: logging.Handler, level: int) -> logging.Handler:
    handler.setLevel(level)
    return handler
