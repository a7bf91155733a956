"""Captions as CLIP's tokens; the vocabulary lies in open_clip's wheel, so no network is needed."""

from collections.abc import Sequence

import torch
from torch import Tensor

LENGTH = 77


class CaptionTokens:
    """open_clip's own encoding of captions, each distinct caption once.

    Source: Radford et al. 2021, arXiv:2103.00020.

    Args:
        captions: N texts.

    Raises:
        ImportError: open_clip is absent.
    """

    def __init__(self, captions: Sequence[str]) -> None:
        try:
            from open_clip import SimpleTokenizer
        except ImportError as error:
            raise ImportError('captions=True needs open_clip: pip install "stillhouse[sketch]"') from error
        distinct = sorted(set(captions))
        place = {text: row for row, text in enumerate(distinct)}
        self._tokens = SimpleTokenizer()(distinct, LENGTH).to(torch.int64)
        self._rows = torch.tensor([place[text] for text in captions], dtype=torch.int64)

    def __getitem__(self, index: Tensor) -> Tensor:
        """(B, 77) int64 of the captions with these indices: start, words, end, zeros; a longer one is cut before its end."""
        return self._tokens[self._rows[index]]
