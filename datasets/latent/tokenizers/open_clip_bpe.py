"""CLIP's byte-pair encoding as open_clip ships it; its vocabulary lies in the wheel, so it needs no network."""

import hashlib

from ....registry import TOKENIZERS
from .base import Tokenizer


@TOKENIZERS.register_module()
class OpenCLIPTokenizer(Tokenizer):
    """49,408 tokens; each sentence between CLIP's start and end tokens, up to the end token in the mask.

    Source: Radford et al. 2021, arXiv:2103.00020.

    Raises:
        ImportError: open_clip is absent.
    """

    def __init__(self) -> None:
        try:
            from open_clip import SimpleTokenizer
        except ImportError as error:
            raise ImportError('OpenCLIPTokenizer needs open_clip: pip install "stillhouse[latent]"') from error
        self._model = SimpleTokenizer()

    def encode(self, sentence: str) -> list[int]:
        return [self._model.sot_token_id, *self._model.encode(sentence), self._model.eot_token_id]

    @property
    def vocabulary_size(self) -> int:
        return self._model.vocab_size

    def digest(self) -> str:
        return hashlib.sha256(repr(sorted(self._model.encoder.items())).encode()).hexdigest()
