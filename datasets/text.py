"""Characters of a text file as fixed-length sequences."""

import hashlib
from pathlib import Path
from typing import Literal

import torch

from ..registry import DATASETS


@DATASETS.register_module()
class TextFile:
    """Consecutive sequences of bytes of one file; the last part of it is the validation split.

    Args:
        path: the file, relative to the current folder or to the installation.
        split: ``train`` or ``val``.
        context: tokens of a sequence.
        val_fraction: share of the file, at its end, kept for validation.

    Raises:
        FileNotFoundError: no such file.
        ValueError: the split is shorter than one sequence.
    """

    fields = ("tokens", "next_tokens", "index")

    def __init__(self, path: str, split: Literal["train", "val"], context: int = 64, val_fraction: float = 0.1) -> None:
        candidates = [Path(path), Path(__file__).resolve().parent.parent / path]
        found = next((candidate for candidate in candidates if candidate.is_file()), None)
        if found is None:
            raise FileNotFoundError(f"TextFile.path: {path}: no such file")
        data = found.read_bytes()
        self._digest = hashlib.sha256(data).hexdigest()
        tokens = torch.frombuffer(bytearray(data), dtype=torch.uint8).long()
        cut = round(len(tokens) * (1 - val_fraction))
        self._tokens = tokens[:cut] if split == "train" else tokens[cut:]
        self._context = context
        if len(self) < 1:
            raise ValueError(
                f"TextFile: {path}: the {split} split has {len(self._tokens)} bytes, expected more than {context}"
            )

    def __len__(self) -> int:
        return (len(self._tokens) - 1) // self._context

    def __getitems__(self, indices: list[int]) -> dict:
        index = torch.tensor(list(indices))
        positions = index[:, None] * self._context + torch.arange(self._context)
        return {"tokens": self._tokens[positions], "next_tokens": self._tokens[positions + 1], "index": index}

    def provenance(self) -> dict:
        """What a checkpoint records of its data."""
        return {"digest": self._digest}
