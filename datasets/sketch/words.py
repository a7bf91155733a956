"""Captions of synthetic pictures."""

import numpy as np

_NOUNS = {"glasses": "pair of glasses", "letter_a": "letter a", "balloon": "hot air balloon", "cat": "cat face"}
FORMS = (
    "a photo of {}", "a picture of {}", "a photo of {} on a plain background", "{} in front of a grey wall",
    "an image of {}", "{} seen from the front",
)  # fmt: skip


def noun(name: str) -> str:
    """A class with its article, as a caption says it."""
    word = _NOUNS.get(name, name.replace("_", " "))
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def caption(name: str, r: np.random.Generator) -> str:
    """One of several captions of a class."""
    return FORMS[int(r.integers(len(FORMS)))].format(noun(name))
