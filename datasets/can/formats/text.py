"""Text files as columns of tokens, split and parsed for all lines at once.

A block of bytes is cut at its separators; a ``Column`` is one token per line, known by where it starts and ends. Parsing
runs over character positions (at most 16 or so), never over lines, and an error knows the line it stands on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import CANFormatError
from ..frames import LARGEST_ID

BLOCK_BYTES = 1 << 24
ROOM = 64
_BAD = 255
_BLANK = b" \t\r"


def _nibbles() -> np.ndarray:
    table = np.full(256, _BAD, np.uint8)
    for value, char in enumerate(b"0123456789abcdef"):
        table[char] = table[ord(chr(char).upper())] = value
    return table


_NIBBLE = _nibbles()


@dataclass(frozen=True)
class Column:
    """One token per line.

    Args:
        path: the file, for messages.
        text: uint8 characters, with ``ROOM`` more behind the last token.
        start: (n,) int64, the first character of each token.
        end: (n,) int64, one past the last character.
        line: (n,) int64, the line of each token, from 1.
    """

    path: Path
    text: np.ndarray
    start: np.ndarray
    end: np.ndarray
    line: np.ndarray

    def token(self, row: int) -> str:
        """The token of one row, for messages."""
        return self.text[self.start[row] : self.end[row]].tobytes().decode("ascii", "replace")

    def matrix(self, width: int, fill: int = 0) -> np.ndarray:
        """The characters (n, width) from the left, ``fill`` behind the end of a token."""
        rows = np.lib.stride_tricks.sliding_window_view(self.text, width)[self.start]
        if len(rows) and self.length.min() < width:
            rows[np.arange(width) >= self.length[:, None]] = fill
        return rows

    def error(self, bad: np.ndarray, expected: str, remedy: str) -> CANFormatError:
        """The error for the first row where ``bad`` holds."""
        row = int(bad.argmax())
        return CANFormatError(f"{self.path}:{self.line[row]}", repr(self.token(row)), expected, remedy)

    @property
    def length(self) -> np.ndarray:
        """(n,) characters in each token."""
        return self.end - self.start


@dataclass(frozen=True)
class Lines:
    """The tokens of a block's lines; lines without a token are left out.

    Args:
        path: the file.
        text: uint8 characters of the block.
        start: (tokens,) first character of each token.
        end: (tokens,) one past its last character.
        first: (n,) index of each line's first token.
        count: (n,) tokens of each line.
        line: (n,) line numbers, from 1.
    """

    path: Path
    text: np.ndarray
    start: np.ndarray
    end: np.ndarray
    first: np.ndarray
    count: np.ndarray
    line: np.ndarray

    def __len__(self) -> int:
        return len(self.line)

    def __getitem__(self, rows: slice | np.ndarray) -> "Lines":
        parts = (self.first[rows], self.count[rows], self.line[rows])
        return Lines(self.path, self.text, self.start, self.end, *parts)

    def column(self, index: int | np.ndarray) -> Column:
        """The ``index``-th token of every line; negative indices count from the end."""
        from_end = self.count if np.ndim(index) == 0 and index < 0 else 0
        token = self.first + from_end + index
        return Column(self.path, self.text, self.start[token], self.end[token], self.line)

    def require(self, good: np.ndarray, expected: str, remedy: str) -> None:
        """Raise for the first line where ``good`` does not hold, with the whole line as what was got."""
        if not good.all():
            row = int(np.argmin(good))
            last = self.first[row] + self.count[row] - 1
            line = self.text[self.start[self.first[row]] : self.end[last]].tobytes().decode("ascii", "replace")
            where = f"{self.path}:{self.line[row]}"
            raise CANFormatError(where, f"{line!r} ({self.count[row]} fields)", expected, remedy)


def read_lines(
    path: Path, separators: bytes, merge: bool, skip: int = 0, block_bytes: int | None = None
) -> Iterator[Lines]:
    """Cut a text file into blocks of whole lines, and these into tokens.

    Args:
        path: the file.
        separators: the characters that part tokens; a line feed always does.
        merge: whether a run of separators counts as one; otherwise empty tokens exist, and blanks around are trimmed.
        skip: lines to leave out at the top.
        block_bytes: characters in a block, about; ``BLOCK_BYTES`` by default.

    Returns:
        the blocks' lines, in order.
    """
    line, rest = 1, b""
    with path.open("rb") as file:
        for _ in range(skip):
            file.readline()
            line += 1
        while block := file.read(block_bytes or BLOCK_BYTES):
            whole, newline, rest_now = (rest + block).rpartition(b"\n")
            if newline:
                yield _tokenise(path, whole + newline, line, separators, merge)
                line += whole.count(b"\n") + 1
            rest = rest_now
    if rest.strip():
        yield _tokenise(path, rest + b"\n", line, separators, merge)


def _tokenise(path: Path, block: bytes, first_line: int, separators: bytes, merge: bool) -> Lines:
    text = np.frombuffer(block + bytes(ROOM), np.uint8)
    is_separator = np.zeros(256, bool)
    is_separator[list(separators + b"\n")] = True
    cut = is_separator[text[: len(block)]]
    newlines = np.flatnonzero(text[: len(block)] == ord("\n"))
    start, end = _runs(cut) if merge else _between(text, cut)
    first = np.searchsorted(start, np.concatenate(([0], newlines[:-1] + 1)))
    count = np.diff(first, append=len(start))
    empty = count == 0
    if not merge:
        empty |= (count == 1) & (end[first] <= start[first])
    lines = first_line + np.arange(len(newlines))
    return Lines(path, text, start, end, first[~empty], count[~empty], lines[~empty])


def _runs(cut: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    edge = np.flatnonzero(np.diff(cut, prepend=True))
    return edge[::2], edge[1::2]


def _between(text: np.ndarray, cut: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    end = np.flatnonzero(cut)
    start = np.concatenate(([0], end[:-1] + 1))
    blank = np.zeros(256, bool)
    blank[list(_BLANK)] = True
    while (trim := (end > start) & blank[text[end - 1]]).any():
        end = end - trim
    while (trim := (end > start) & blank[text[start]]).any():
        start = start + trim
    return start, end


def decimals(column: Column, what: str = "a timestamp in seconds") -> np.ndarray:
    """Parse decimal numbers, correctly rounded.

    Args:
        column: the tokens.
        what: names the quantity in the error.

    Returns:
        (n,) float64.

    Raises:
        CANFormatError: a token that is no finite number.
    """
    if not len(column.start):
        return np.zeros(0)
    width = min(max(int(column.length.max()), 1), ROOM)
    words = column.matrix(width).view(f"S{width}")[:, 0]
    try:
        value = words.astype(np.float64)
    except ValueError:
        value = np.array([_number(word) for word in words.tolist()])
    if not (finite := np.isfinite(value)).all():
        raise column.error(~finite, what, "Mend or drop that line.")
    return value


def _number(word: bytes) -> float:
    try:
        return float(word)
    except ValueError:
        return float("nan")


def hexadecimals(column: Column, what: str = "a hexadecimal CAN identifier", most: int = 8) -> np.ndarray:
    """Parse hexadecimal numbers.

    Args:
        column: the tokens, at most ``most`` digits each.
        what: names the quantity in the error.
        most: the largest number of digits.

    Returns:
        (n,) uint32.

    Raises:
        CANFormatError: an empty token, one too long or one with another character.
    """
    length = column.length
    bad = (length < 1) | (length > most)
    value = np.zeros(len(length), np.uint32)
    for place in range(min(int(length.max(initial=0)), most)):
        inside = place < length
        nibble = _NIBBLE[column.text[column.start + place]]
        bad |= inside & (nibble == _BAD)
        value = np.where(inside, (value << 4) | nibble, value)
    if bad.any():
        raise column.error(bad, f"{what} of 1 to {most} digits", "Identifiers and bytes are hexadecimal without 0x.")
    return value


def identifiers(column: Column) -> np.ndarray:
    """Parse CAN identifiers, hexadecimal without 0x.

    Args:
        column: the tokens, 1 to 8 digits.

    Returns:
        (n,) uint32 of at most 29 bits.

    Raises:
        CANFormatError: a token that is none.
    """
    value = hexadecimals(column)
    if (bad := value > LARGEST_ID).any():
        raise column.error(bad, f"an identifier of at most 29 bits (<= {LARGEST_ID:x})", "Mend or drop that line.")
    return value


def payloads(column: Column) -> tuple[np.ndarray, np.ndarray]:
    """Parse payloads written as one hexadecimal string, two digits a byte.

    Args:
        column: the tokens, 0 to 16 digits.

    Returns:
        payload (n, 8) uint8, padded with zeros, and dlc (n,) uint8.

    Raises:
        CANFormatError: an odd number of digits, more than 8 bytes, or another character.
    """
    length = column.length
    if (bad := (length > 16) | (length % 2 == 1)).any():
        remedy = "CAN FD payloads are not supported; convert or drop them."
        raise column.error(bad, "an even number of hexadecimal digits, at most 16", remedy)
    nibbles = _NIBBLE[column.matrix(16, fill=ord("0"))]
    if (bad := (nibbles == _BAD).any(axis=1)).any():
        raise column.error(bad, "hexadecimal digits", "Mend or drop that line.")
    return (nibbles[:, 0::2] << 4) | nibbles[:, 1::2], (length // 2).astype(np.uint8)
