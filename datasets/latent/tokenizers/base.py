"""What every tokenizer of sentences can do: rows of token numbers with the mask of their true lengths."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor

from ..errors import SentenceError

PAD = 0


class Tokenizer(ABC):
    """Turns sentences into padded token numbers. Token 0 pads and may be a token too, so only the mask tells them apart."""

    def fit(self, sentences: Sequence[str]) -> None:
        """Learn from the sentences of the training split; a pre-trained tokenizer does nothing."""
        return

    @abstractmethod
    def encode(self, sentence: str) -> list[int]:
        """The token numbers of one sentence, all in [0, vocabulary_size)."""

    @property
    @abstractmethod
    def vocabulary_size(self) -> int:
        """How many tokens there are; an embedding table needs at least as many rows."""

    @abstractmethod
    def digest(self) -> str:
        """SHA-256 of the vocabulary and the rules, the same for tokenizers that encode alike."""

    def __call__(self, sentences: Sequence[str], length: int | None = None) -> tuple[Tensor, Tensor]:
        """Encode and pad.

        Args:
            sentences: N sentences.
            length: columns of the result; None for the longest of the sentences.

        Returns:
            tokens (N, L) int64, 0 behind the end of a sentence, and mask (N, L) bool, True on the sentence.

        Raises:
            SentenceError: a sentence without a token, or one longer than ``length``.
        """
        rows = [self.encode(sentence) for sentence in sentences]
        lengths = torch.tensor([len(row) for row in rows], dtype=torch.int64)
        columns = int(lengths.max()) if length is None and rows else length or 0
        for sentence, row in zip(sentences, rows):
            _check_length(sentence, len(row), columns)
        tokens = torch.full((len(rows), columns), PAD)
        for number, row in enumerate(rows):
            tokens[number, : len(row)] = torch.tensor(row)
        return tokens, torch.arange(columns) < lengths[:, None]


def _check_length(sentence: str, length: int, limit: int) -> None:
    if not length:
        raise SentenceError("sentences", repr(sentence), "a sentence with at least one token", "Leave it out.")
    if length > limit:
        got, expected = f"{sentence!r} of {length} tokens", f"{limit} tokens or fewer"
        raise SentenceError("max_length", got, expected, f"Set max_length={length} or more, or shorten the sentence.")
