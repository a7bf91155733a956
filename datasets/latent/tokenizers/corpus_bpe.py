"""Byte-pair encoding learned from the training sentences."""

import hashlib
from collections.abc import Sequence
from typing import Any

from ....registry import TOKENIZERS
from ..errors import SentenceError
from .base import Tokenizer

SPECIAL = "[PAD]"
BYTES = 256


@TOKENIZERS.register_module()
class CorpusBPE(Tokenizer):
    """Byte-level BPE of lower-cased text, split at blanks and punctuation; a word it has not seen falls apart into bytes.

    Source: Sennrich et al. 2016, arXiv:1508.07909; bytes as its alphabet: Radford et al. 2019 (GPT-2).

    Args:
        vocabulary: most tokens, padding and 256 bytes included; a small corpus yields fewer, see ``vocabulary_size``.

    Raises:
        ImportError: the ``tokenizers`` library is absent.
        SentenceError: a vocabulary without room for the bytes.
    """

    def __init__(self, vocabulary: int = 32000) -> None:
        try:
            import tokenizers
        except ImportError as error:
            raise ImportError('CorpusBPE needs tokenizers: pip install "stillhouse[latent]"') from error
        if vocabulary <= BYTES:
            expected = f"{BYTES + 1} or more, for padding and every byte"
            raise SentenceError("CorpusBPE.vocabulary", str(vocabulary), expected, "Take 32000.")
        self.vocabulary = vocabulary
        self._library = tokenizers
        self._model: Any = None

    def fit(self, sentences: Sequence[str]) -> None:
        """Learn the merges; the same sentences in the same order give the same ones."""
        library = self._library
        model = library.Tokenizer(library.models.BPE())
        model.normalizer = library.normalizers.Lowercase()
        model.pre_tokenizer = library.pre_tokenizers.ByteLevel(add_prefix_space=True)
        alphabet = library.pre_tokenizers.ByteLevel.alphabet()
        trainer = library.trainers.BpeTrainer(
            vocab_size=self.vocabulary,
            min_frequency=2,
            special_tokens=[SPECIAL],
            initial_alphabet=alphabet,
            show_progress=False,
        )
        model.train_from_iterator(sentences, trainer)
        self._model = model

    def encode(self, sentence: str) -> list[int]:
        return self._fitted().encode(sentence).ids

    @property
    def vocabulary_size(self) -> int:
        return self._fitted().get_vocab_size()

    def digest(self) -> str:
        return hashlib.sha256(self._fitted().to_str().encode()).hexdigest()

    def _fitted(self):
        if self._model is None:
            raise SentenceError(
                "CorpusBPE", "no training sentences", "fit(sentences) first", "A data set does it itself."
            )
        return self._model
