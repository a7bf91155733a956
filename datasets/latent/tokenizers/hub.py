"""A tokenizer from the Hugging Face hub, or from its cache on this machine."""

import hashlib

from ....registry import TOKENIZERS
from ..errors import SentenceError
from .base import Tokenizer


@TOKENIZERS.register_module()
class HubTokenizer(Tokenizer):
    """A pre-trained tokenizer by its name on the hub.

    Args:
        name: such as ``gpt2`` (50,257 tokens).

    Raises:
        ImportError: the ``tokenizers`` library is absent.
        SentenceError: neither the hub nor the cache gives it.
    """

    def __init__(self, name: str = "gpt2") -> None:
        try:
            from tokenizers import Tokenizer as Model
        except ImportError as error:
            raise ImportError('HubTokenizer needs tokenizers: pip install "stillhouse[latent]"') from error
        try:
            self._model = Model.from_pretrained(name)
        except Exception as error:
            # The hub's client raises types of its own for a missing network, a missing name and a refused access.
            remedy = (
                "Run it once where there is a network and it stays in the cache, mend the name, or take "
                "tokenizer=dict(type='CorpusBPE') or dict(type='OpenCLIPTokenizer'), which need no network."
            )
            got = f"{name!r}, which could not be loaded ({error})"
            raise SentenceError("HubTokenizer.name", got, "a tokenizer of the hub or its cache", remedy) from error
        self._model.no_padding()
        self._model.no_truncation()

    def encode(self, sentence: str) -> list[int]:
        return self._model.encode(sentence).ids

    @property
    def vocabulary_size(self) -> int:
        return self._model.get_vocab_size()

    def digest(self) -> str:
        return hashlib.sha256(self._model.to_str().encode()).hexdigest()
