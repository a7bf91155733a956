"""Tokenizers of sentences: one trained on the corpus, and pre-trained ones."""

from .base import Tokenizer
from .corpus_bpe import CorpusBPE
from .hub import HubTokenizer
from .open_clip_bpe import OpenCLIPTokenizer

__all__ = ["CorpusBPE", "HubTokenizer", "OpenCLIPTokenizer", "Tokenizer"]
