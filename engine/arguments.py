"""Types of command-line arguments, for ``argparse``; nothing heavy is imported."""

import argparse
from collections.abc import Callable


def at_least(least: int) -> Callable[[str], int]:
    """A type for whole numbers that are not below ``least``, itself not below 0."""

    def whole(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and int(text) >= least):
            raise argparse.ArgumentTypeError(f"got {text!r}, expected a whole number of at least {least}")
        return int(text)

    return whole


natural, positive = at_least(0), at_least(1)
