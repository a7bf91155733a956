"""Sentences about small scenes: their graphs, their tokens and the data set made of them."""

from .dataset import SceneSentences
from .errors import SentenceError, SentenceWarning
from .generate import draw_graphs
from .neighbours import one_word_neighbours
from .scene_graph import SceneGraph
from .tokenizers import CorpusBPE, HubTokenizer, OpenCLIPTokenizer, Tokenizer

__all__ = [
    "CorpusBPE",
    "HubTokenizer",
    "OpenCLIPTokenizer",
    "SceneGraph",
    "SceneSentences",
    "SentenceError",
    "SentenceWarning",
    "Tokenizer",
    "draw_graphs",
    "one_word_neighbours",
]
