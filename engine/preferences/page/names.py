"""Names that come from a browser, and the sittings they lead to."""

import hashlib
import re
import unicodedata

from .source import PageError

MAX_NAME = 60
_MARKS = " .-_'@+"


def annotator_name(text: object) -> str:
    """A name without markup, control letters or needless spaces.

    Raises:
        PageError: nothing is left, it is too long, or it has other letters.
    """
    name = " ".join(unicodedata.normalize("NFC", text).split()) if isinstance(text, str) and len(text) <= 400 else ""
    fits = all(letter in _MARKS or unicodedata.category(letter)[0] in "LMN" for letter in name)
    if not 1 <= len(name) <= MAX_NAME or not fits:
        raise PageError(f"Please give a name of 1 to {MAX_NAME} letters, digits, spaces or . - _ ' @ +")
    return name


def sitting_name(run: str, mode: str, annotator: str) -> str:
    """The session of an annotator in a run: the same one after a restart, another one for every other annotator.

    Args:
        run: what is compared.
        mode: of the page.
        annotator: of ``annotator_name``.
    """
    plain = unicodedata.normalize("NFKD", annotator).encode("ascii", "ignore").decode()
    readable = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:30]
    # Two names may look alike once their letters are plain.
    digest = hashlib.sha256(annotator.encode()).hexdigest()[:8]
    return "-".join(part for part in (run[:40], mode, readable, digest) if part)
