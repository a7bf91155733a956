"""Distinct sentences, parted so that no sentence is in two splits."""

import hashlib
import warnings
from dataclasses import dataclass
from pathlib import Path

import torch

from .errors import SentenceError, SentenceWarning
from .generate import draw_graphs
from .sentence_file import Sentences, read_sentences

FIXED = 16
PACKAGE_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Corpus:
    """The splits of distinct sentences.

    Attributes:
        train: the sentences to learn from.
        val: the others, shuffled; the first 16 are the fixed evaluation sentences.
    """

    train: Sentences
    val: Sentences

    @property
    def digest(self) -> str:
        """SHA-256 of both splits, so that another division of the same sentences is other data."""
        text = "\n\n".join("\n".join(part.texts) for part in (self.train, self.val))
        return hashlib.sha256(text.encode()).hexdigest()

    def split(self, name: str) -> Sentences:
        """``train``, ``val`` or ``fixed``.

        Raises:
            SentenceError: no such split, or too few validation sentences for the fixed ones.
        """
        if name in ("train", "val"):
            return self.train if name == "train" else self.val
        if name != "fixed":
            raise SentenceError("split", repr(name), "'train', 'val' or 'fixed'", "`fixed` is 16 sentences of `val`.")
        if len(self.val.texts) < FIXED:
            remedy = "Give more sentences, or raise val_fraction."
            raise SentenceError(
                "split='fixed'", f"{len(self.val.texts)} validation sentences", f"{FIXED} or more", remedy
            )
        return self.val.select(range(FIXED))


def load_corpus(path: str | None, num: int, complexity: int, seed: int, val_fraction: float) -> Corpus:
    """Read or generate sentences and split them.

    Args:
        path: a file of sentences, relative to the current folder or to the installation; None generates them.
        num: sentences to generate.
        complexity: level to generate at.
        seed: of the generation and of the split.
        val_fraction: share of the distinct sentences kept for validation, in (0, 1).

    Raises:
        FileNotFoundError: no such file.
        SentenceError: a malformed file, or an argument out of its range.
    """
    if path is None:
        graphs = list(draw_graphs(num, complexity, seed))
        return divide(Sentences([graph.sentence() for graph in graphs], graphs, complexity), val_fraction, seed)
    found = next((file for file in (Path(path), PACKAGE_ROOT / path) if file.is_file()), None)
    if found is None:
        raise FileNotFoundError(
            f"SceneSentences.path: {path}: no such file; write one with tools/generate_sentences.py"
        )
    return divide(without_duplicates(read_sentences(found), path), val_fraction, seed)


def without_duplicates(sentences: Sentences, where: str) -> Sentences:
    """The first of each sentence, regardless of case and spacing; a warning counts the others."""
    first: dict[str, int] = {}
    for number, text in enumerate(sentences.texts):
        first.setdefault(" ".join(text.lower().split()), number)
    dropped = len(sentences.texts) - len(first)
    if dropped:
        message = f"{where}: {dropped:,} of {len(sentences.texts):,} sentences are duplicates and were dropped"
        warnings.warn(message, SentenceWarning, stacklevel=2)
    return sentences.select(first.values())


def divide(sentences: Sentences, val_fraction: float, seed: int) -> Corpus:
    """Split distinct sentences at random.

    Args:
        sentences: all distinct, two or more.
        val_fraction: share for validation, in (0, 1); each split gets at least one sentence.
        seed: the same divides the same.

    Raises:
        SentenceError: fewer than two sentences, or a share out of its range.
    """
    count = len(sentences.texts)
    if not 0 < val_fraction < 1:
        raise SentenceError("val_fraction", repr(val_fraction), "a number between 0 and 1", "Take 0.1.")
    if count < 2:
        raise SentenceError("sentences", f"{count} distinct", "2 or more, for training and validation", "Give more.")
    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed)).tolist()
    held_out = min(max(round(count * val_fraction), 1), count - 1)
    return Corpus(sentences.select(sorted(order[held_out:])), sentences.select(order[:held_out]))
