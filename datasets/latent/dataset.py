"""The data set of scene sentences that configs name."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

from ...registry import DATASETS, TOKENIZERS
from .corpus import load_corpus
from .errors import SentenceError
from .grammar import Complexity
from .neighbours import draw_neighbour
from .scene_graph import SceneGraph

Split = Literal["train", "val", "fixed"]


@DATASETS.register_module()
class SceneSentences:
    """Tokens of sentences that describe small scenes, read from a file or generated.

    Args:
        split: ``train``, ``val``, or ``fixed``: the first 16 sentences of ``val``.
        path: ``.jsonl`` of tools/generate_sentences.py, or ``.txt`` with a sentence a line; None generates in memory.
        num: distinct sentences to generate, for all splits together.
        complexity: level to generate at.
        seed: of the generation and of the split.
        val_fraction: share of the distinct sentences kept for validation, in (0, 1).
        tokenizer: of the TOKENIZERS registry, fitted to the training sentences; None for ``dict(type="CorpusBPE")``.
        max_length: tokens of every row; None for the longest sentence of all splits.
        neighbours: follow each training sentence in a batch by one of its one-word neighbours, drawn by PyTorch's global
            generator; never one of the validation split, nor one longer than the rows.

    Attributes:
        fields: the keys of a batch.
        random: whether batches are drawn at random.
        sentences: of this split.
        graphs: of these sentences, or None where the file has none.
        length: L, the tokens of a row, the same for every split.
        vocabulary_size: tokens of the tokenizer.

    Raises:
        FileNotFoundError: no such file.
        SentenceError: the file, an argument or a sentence cannot be used.
    """

    fields = ("tokens", "mask", "index")
    random = False

    def __init__(
        self,
        split: Split,
        path: str | None = None,
        num: int = 5000,
        complexity: Complexity = 1,
        seed: int = 0,
        val_fraction: float = 0.1,
        tokenizer: dict | None = None,
        max_length: int | None = None,
        neighbours: bool = False,
    ) -> None:
        corpus = load_corpus(path, num, complexity, seed, val_fraction)
        own = corpus.split(split)
        self.sentences, self.graphs, self.complexity = own.texts, own.graphs, own.complexity
        self.tokenizer = TOKENIZERS.build(tokenizer or dict(type="CorpusBPE"))
        self.tokenizer.fit(corpus.train.texts)
        self.vocabulary_size: int = self.tokenizer.vocabulary_size
        everything = corpus.train.texts + corpus.val.texts
        self.length = self.tokenizer(everything, max_length)[0].shape[1]
        self._tokens, self._mask = self.tokenizer(self.sentences, self.length)
        self._digest, self._held_out = corpus.digest, frozenset(corpus.val.texts)
        self.random = neighbours
        if neighbours:
            self._check_neighbours(split)
        self.metainfo = {
            "split": split,
            "complexity": self.complexity,
            "length": self.length,
            "vocabulary_size": self.vocabulary_size,
        }

    def __len__(self) -> int:
        return len(self.sentences)

    def __getitems__(self, indices: Sequence[int]) -> dict:
        """A batch of B sentences, or with ``neighbours`` of 2 B: each is followed by its neighbour, under the same index.

        Args:
            indices: (B,) integers in [0, N).

        Returns:
            ``tokens`` (B, L) int64, ``mask`` (B, L) bool, ``index`` (B,) int64.
        """
        index = torch.tensor(list(indices), dtype=torch.int64)
        batch = {"tokens": self._tokens[index], "mask": self._mask[index], "index": index}
        if not self.random:
            return batch
        near = self.encode([self._neighbour(i) for i in index.tolist()])
        return {key: _alternating(batch[key], near[key] if key != "index" else index) for key in self.fields}

    def encode(self, sentences: Sequence[str]) -> dict:
        """A batch of any sentences, as this data set would give them; ``index`` counts them.

        Raises:
            SentenceError: a sentence without a token or longer than the rows.
        """
        tokens, mask = self.tokenizer(sentences, self.length)
        return {"tokens": tokens, "mask": mask, "index": torch.arange(len(tokens))}

    def labels(self) -> dict[str, list[str]]:
        """What the first relation of each sentence says, for linear probes: five lists of N words.

        Raises:
            SentenceError: the sentences have no graphs.
        """
        found: dict[str, list[str]] = {name: [] for name in LABELS}
        for graph in self._known_graphs("labels()"):
            subject, predicate, target = graph.relations[0]
            words = (*graph.objects[subject], predicate, *graph.objects[target])
            for name, word in zip(LABELS, words):
                found[name].append(word)
        return found

    def provenance(self) -> dict:
        """What a checkpoint must know of the data, as plain values; the same for every split."""
        return {
            "digest": self._digest,
            "tokenizer": self.tokenizer.digest(),
            "vocabulary_size": self.vocabulary_size,
            "complexity": self.complexity,
        }

    def _known_graphs(self, where: str) -> list[SceneGraph]:
        if self.graphs is None:
            remedy = "Write the file with tools/generate_sentences.py, or leave out path."
            raise SentenceError(where, "sentences without scene graphs", "a .jsonl file with graphs", remedy)
        return self.graphs

    def _check_neighbours(self, split: str) -> None:
        if split != "train":
            remedy = "For evaluation encode what one_word_neighbours gives."
            raise SentenceError("neighbours", f"True for split={split!r}", "split='train'", remedy)
        self._known_graphs("neighbours")

    def _neighbour(self, index: int) -> str:
        graph = self._known_graphs("neighbours")[index]
        found = draw_neighbour(graph, self.complexity or 1, self._allowed)
        if found is None:
            got, expected = (
                f"{self.sentences[index]!r}, which has none",
                "one outside the validation split, no longer than L",
            )
            raise SentenceError("neighbours", got, expected, "Lower val_fraction, or raise max_length.")
        return found.sentence()

    def _allowed(self, graph: SceneGraph) -> bool:
        sentence = graph.sentence()
        return sentence not in self._held_out and len(self.tokenizer.encode(sentence)) <= self.length


LABELS = ("subject_colour", "subject_shape", "relation", "object_colour", "object_shape")


def _alternating(first: Tensor, second: Tensor) -> Tensor:
    """(B, ...) and (B, ...) as (2 B, ...): a row of the one, then a row of the other."""
    return torch.stack([first, second], 1).flatten(0, 1)
