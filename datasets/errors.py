"""How every error of a data set reads: where, what was got, what was expected, the remedy."""

LONGEST = 400  # letters of what was got; more says nothing to anybody


class DataError(ValueError):
    """Data cannot be read, made or used as asked.

    Args:
        where: a file, ``file:line`` (``file:row`` for tables), or an argument.
        got: what stands there; what comes from a file may be of any length and hold any letter.
        expected: what should stand there.
        remedy: the nearest fix.
    """

    def __init__(self, where: object, got: str, expected: str, remedy: str) -> None:
        super().__init__(f"{where}: got {printable(got)}, expected {printable(expected)}. {printable(remedy)}")


def printable(text: object, longest: int = LONGEST) -> str:
    """A text that a terminal can show: shortened in its middle, letters that would steer the terminal written as ``\\x1b``.

    Args:
        text: anything.
        longest: letters to keep.
    """
    whole = str(text)
    half = longest // 2
    kept = whole if len(whole) <= longest else f"{whole[:half]}... {len(whole) - 2 * half:,} letters ...{whole[-half:]}"
    return kept if kept.isprintable() else "".join(map(_shown, kept))


def _shown(letter: str) -> str:
    return letter if letter.isprintable() or letter == "\n" else letter.encode("unicode_escape").decode()
