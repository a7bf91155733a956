"""A text file as fixed-length sequences of bytes, or of tokens learned from it."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor

from ..registry import DATASETS, TOKENIZERS
from .latent.tokenizers.base import Tokenizer

BYTES = 256


@TOKENIZERS.register_module()
class ByteBPE(Tokenizer):
    """Byte-level BPE that loses nothing: any text is encoded, and decoded to the same text.

    Source: Sennrich et al. 2016, arXiv:1508.07909; bytes as its alphabet: Radford et al. 2019 (GPT-2).

    Args:
        vocabulary: most tokens, the 256 bytes included; a small text yields fewer, see ``vocabulary_size``.

    Raises:
        ImportError: the ``tokenizers`` library is absent.
        ValueError: a vocabulary without room for the bytes.
    """

    def __init__(self, vocabulary: int = 512) -> None:
        try:
            import tokenizers
        except ImportError as error:
            raise ImportError('ByteBPE needs tokenizers: pip install "stillhouse[latent]"') from error
        if vocabulary < BYTES:
            raise ValueError(f"ByteBPE.vocabulary: got {vocabulary}, expected at least {BYTES}, one for every byte")
        self._library: Any = tokenizers
        self._trainer = tokenizers.trainers.BpeTrainer(
            vocab_size=vocabulary, min_frequency=2, show_progress=False,
            initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet(),
        )  # fmt: skip
        self._model: Any = None

    def fit(self, sentences: Sequence[str]) -> None:
        """Learn the merges; the same texts in the same order give the same ones."""
        model = self._library.Tokenizer(self._library.models.BPE())
        model.pre_tokenizer = self._library.pre_tokenizers.ByteLevel(add_prefix_space=False)
        model.decoder = self._library.decoders.ByteLevel()
        model.train_from_iterator(sentences, self._trainer)
        self._model = model

    def encode(self, sentence: str) -> list[int]:
        return self._fitted().encode(sentence).ids

    def decode(self, tokens: Sequence[int]) -> str:
        """The text of tokens; bytes that are no whole character become U+FFFD."""
        return self._fitted().decode(list(tokens), skip_special_tokens=False)

    @property
    def vocabulary_size(self) -> int:
        return self._fitted().get_vocab_size()

    def digest(self) -> str:
        return hashlib.sha256(self._fitted().to_str().encode()).hexdigest()

    def _fitted(self) -> Any:
        if self._model is None:
            raise ValueError("ByteBPE: has learned from no text yet; call fit(texts) first, as a data set does")
        return self._model


@DATASETS.register_module()
class TextFile:
    """Consecutive sequences of one file; the last part of it is the validation split.

    Args:
        path: the file, relative to the current folder or to the installation.
        split: ``train`` or ``val``.
        context: tokens of a sequence.
        val_fraction: share of the file, at its end, kept for validation.
        tokenizer: config of a tokenizer, which learns from the training split; None takes the bytes as tokens.

    Attributes:
        tokenizer: the tokenizer; None for bytes.
        metainfo: ``vocabulary_size``, and ``bytes_per_token`` of this split.

    Raises:
        FileNotFoundError: no such file.
        ValueError: the split is shorter than one sequence; a file for a tokenizer that is not UTF-8.
    """

    fields = ("tokens", "next_tokens", "index")

    def __init__(
        self, path: str, split: Literal["train", "val"], context: int = 64, val_fraction: float = 0.1,
        tokenizer: dict | None = None,
    ) -> None:  # fmt: skip
        data = _read(path)
        self.tokenizer: Any = None if tokenizer is None else TOKENIZERS.build(dict(tokenizer))
        self._digest = hashlib.sha256(data).hexdigest()
        self._context = context
        part, self._tokens = self._cut(data, path, split, val_fraction)
        unit = "bytes" if self.tokenizer is None else "tokens"
        if len(self) < 1:
            raise ValueError(
                f"TextFile: {path}: the {split} split has {len(self._tokens)} {unit}, expected more than {context}"
            )
        self.metainfo = {"vocabulary_size": self._vocabulary_size, "bytes_per_token": part / len(self._tokens)}

    def _cut(self, data: bytes, path: str, split: str, val_fraction: float) -> tuple[int, Tensor]:
        """The bytes of a split, and its tokens."""
        tokenizer = self.tokenizer
        whole = data if tokenizer is None else _text(data, path)
        cut = round(len(whole) * (1 - val_fraction))
        part = whole[:cut] if split == "train" else whole[cut:]
        if tokenizer is None or isinstance(part, bytes):
            return len(part), torch.tensor(list(part), dtype=torch.int64)
        tokenizer.fit([whole[:cut]])
        return len(part.encode()), torch.tensor(tokenizer.encode(part), dtype=torch.int64)

    @property
    def _vocabulary_size(self) -> int:
        return BYTES if self.tokenizer is None else self.tokenizer.vocabulary_size

    def __len__(self) -> int:
        return max(len(self._tokens) - 1, 0) // self._context

    def __getitems__(self, indices: list[int]) -> dict:
        index = torch.tensor(list(indices))
        positions = index[:, None] * self._context + torch.arange(self._context)
        return {"tokens": self._tokens[positions], "next_tokens": self._tokens[positions + 1], "index": index}

    def provenance(self) -> dict:
        """What a checkpoint records of its data."""
        if self.tokenizer is None:
            return {"digest": self._digest}
        known = {"tokenizer": self.tokenizer.digest(), "vocabulary_size": self._vocabulary_size}
        return {"digest": hashlib.sha256(f"{self._digest} {known['tokenizer']}".encode()).hexdigest(), **known}


def _read(path: str) -> bytes:
    candidates = [Path(path), Path(__file__).resolve().parent.parent / path]
    found = next((candidate for candidate in candidates if candidate.is_file()), None)
    if found is None:
        raise FileNotFoundError(f"TextFile.path: {path}: no such file")
    return found.read_bytes()


def _text(data: bytes, path: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        where = f"byte {error.start} is no UTF-8"
        raise ValueError(f"TextFile: {path}: {where}; leave out the tokenizer, so that bytes are the tokens") from None
