"""The data set of window graphs that configs name."""

import warnings
from collections.abc import Sequence
from dataclasses import asdict
from typing import Literal, get_args

import numpy as np
import torch

from ...registry import DATASETS
from .ablation import hide
from .corpus import Corpus, NodeFeatures, Parameters, load_corpus
from .errors import CANDataWarning, CANFormatError
from .features import EDGE_FEATURES, NODE_FEATURES
from .packed import PackedGraphs
from .profile.classes import NUM_CLASSES
from .profile.nodes import PROFILE_NODE_FEATURES
from .safety_factors import SAFETY_FACTORS
from .views import Viewing

Split = Literal["train", "val", "test"]


@DATASETS.register_module()
class CANGraphs:
    """Window graphs of one split of a CAN data set.

    Args:
        root: the data root, see ``layout.discover``.
        split: ``train``, ``val`` (the end of each training recording) or ``test``.
        window: frames in a window.
        stride: frames between the starts of windows.
        val_fraction: part of each training recording kept for validation, in [0, 1).
        benign_only: keep windows without attacks only.
        num_ids: size of the networks' identifier tables, the unknown included.
        cache_dir: where built graphs are kept; None keeps nothing.
        subsets: keep the sources (``test_01.../NAME``) that begin with one of these.
        features: of nodes: ``profile``, what is strange against the vehicle's own benign traffic, which means the same on any
            vehicle; or ``absolute``, payloads and intervals as they are, with the training identifiers as vocabulary.
        viewing: with ``profile``: how profiles are fitted and attacks injected, arguments of ``views.Viewing``.
        ignore: names of node features that are hidden, for ablations; with ``unknown_max`` also which identifiers are unknown.

    Attributes:
        fields: the keys of a batch.
        packed: the graphs.
        labels: (G,) int64 tensor, 1 for an attack window, 0 for a benign one, -1 without labels.
        count_max: (num_ids,) int64, the most frames of each identifier in a benign training window.
        budget_factors: shares of ``node_budget`` that a loader may name.

    Raises:
        CANFormatError: the root, a recording or an argument cannot be used, or the split lacks what training needs.
        LeakageError: the same window in two splits.
    """

    fields = ("graph", "y", "index", "source", "duration_s", "start_s", "attack_frames", "adapted")
    budget_factors = SAFETY_FACTORS
    made_by = "python tools/make_can.py"

    def __init__(
        self,
        root: str,
        split: Split,
        window: int = 100,
        stride: int = 100,
        val_fraction: float = 0.2,
        benign_only: bool = False,
        num_ids: int = 256,
        cache_dir: str | None = "work_dirs/cache",
        subsets: Sequence[str] | None = None,
        features: NodeFeatures = "absolute",
        viewing: dict | None = None,
        ignore: Sequence[str] = (),
    ) -> None:
        if split not in get_args(Split):
            raise CANFormatError("split", repr(split), f"one of {get_args(Split)}", "Test subsets go to subsets=[...].")
        self.root = root
        self.split = split
        self.num_ids = num_ids
        self.parameters = Parameters(window, stride, val_fraction, features, Viewing(**(viewing or {})))
        corpus = load_corpus(root, self.parameters, cache_dir)
        _check_vocabulary(corpus, num_ids)
        self.vehicles, self.adapted = corpus.vehicles, corpus.adapted
        self.vocabulary, self.scaler, self.digest = corpus.vocabulary, corpus.scaler, corpus.digest
        self.count_max = np.pad(corpus.count_max, (0, max(0, num_ids - len(corpus.count_max))))
        self.packed, sources = _kept(corpus, split, benign_only, subsets)
        self._adapted = torch.tensor([source in corpus.adapted for source in sources], dtype=torch.bool)
        names = NODE_FEATURES if features == "absolute" else PROFILE_NODE_FEATURES
        self.packed = hide(self.packed, names, ignore)
        self.ignore = list(ignore)
        self._check_classes(benign_only)
        self.labels = torch.tensor(self.packed.y)
        self.metainfo = {
            "sources": sources,
            "split": split,
            "num_ids": num_ids,
            "window": window,
            "stride": stride,
            "node_features": list(names),
            "adapted_sources": [source for source in sources if source in corpus.adapted],
            "edge_features": list(EDGE_FEATURES),
            "unlabelled_sources": [source for source in sources if source in corpus.unlabelled],
            "duplicates": corpus.duplicates,
        }

    def __len__(self) -> int:
        return len(self.packed)

    def __getitems__(self, indices: Sequence[int] | np.ndarray | torch.Tensor) -> dict:
        """A batch of graphs.

        Args:
            indices: (B,) integers in [0, G).

        Returns:
            ``graph`` (a PyTorch Geometric batch), ``y``, ``index``, ``source``, ``attack_frames`` (B,) int64, ``duration_s``
            (B,) float32, ``start_s`` (B,) float64, and ``adapted`` (B,) bool, whether training did not show the vehicle.
        """
        index = np.asarray(indices, np.int64)
        return {
            "graph": self.packed.batch(index),
            "y": torch.from_numpy(self.packed.y.take(index)),
            "index": torch.from_numpy(index),
            "source": torch.from_numpy(self.packed.source.take(index)),
            "duration_s": torch.from_numpy(self.packed.duration_s.take(index)),
            "start_s": torch.from_numpy(self.packed.start_s.take(index)),
            "attack_frames": torch.from_numpy(self.packed.attack_frames.take(index)),
            "adapted": self._adapted[torch.from_numpy(self.packed.source.take(index))],
        }

    @property
    def node_counts(self) -> np.ndarray:
        """(G,) int64, the nodes of each window, by which a loader with ``node_budget`` cuts its parts."""
        return np.diff(self.packed.node_ptr)

    def provenance(self) -> dict:
        """What a checkpoint must know of the training data, as plain values; the same for every split of a root."""
        return {
            "digest": self.digest,
            "num_ids": self.num_ids,
            "window": self.parameters.window,
            "stride": self.parameters.stride,
            "val_fraction": self.parameters.val_fraction,
            "vocabulary": self.vocabulary.state(),
            "scaler": self.scaler.state(),
            "features": self.parameters.features,
            "ignore": self.ignore,
            "viewing": asdict(self.parameters.viewing),
            "vehicles": self.vehicles.state() if self.vehicles else None,
        }

    def _check_classes(self, benign_only: bool) -> None:
        where, attacks = f"{self.root} ({self.split})", int((self.packed.y == 1).sum())
        if not len(self):
            remedy = "Add recordings, lengthen them, or raise val_fraction."
            raise CANFormatError(where, "no window", "at least one", remedy)
        if benign_only or self.split == "test" or 0 < attacks < len(self):
            return
        got = f"one class only ({attacks} attack windows of {len(self)})"
        remedy = "Add recordings to train_02_with_attacks, or set benign_only=True to train on normal traffic."
        if self.split == "train":
            raise CANFormatError(where, got, "benign and attack windows", remedy)
        warnings.warn(f"{where}: {got}; ranking metrics are undefined on it.", CANDataWarning, stacklevel=3)


def _check_vocabulary(corpus: Corpus, num_ids: int) -> None:
    if corpus.vehicles is not None:
        if num_ids < NUM_CLASSES:
            remedy = f"Set num_ids={NUM_CLASSES} or more."
            raise CANFormatError("num_ids", f"{num_ids}", f"at least {NUM_CLASSES} classes of identifiers", remedy)
        return
    needed = len(corpus.vocabulary)
    if needed > num_ids:
        got = f"num_ids={num_ids} for {needed - 1} known identifiers"
        remedy = f"Set num_ids={needed} or more (--cfg-options num_ids={needed})."
        raise CANFormatError("num_ids", got, f"at least {needed}, the unknown included", remedy)


def _kept(
    corpus: Corpus, split: str, benign_only: bool, subsets: Sequence[str] | None
) -> tuple[PackedGraphs, list[str]]:
    graphs = corpus.splits[split]
    keep = graphs.y == 0 if benign_only else np.ones(len(graphs), bool)
    if subsets is not None:
        wanted = [index for index, source in enumerate(corpus.sources) if source.startswith(tuple(subsets))]
        if not np.isin(graphs.source, wanted).any():
            present = sorted({corpus.sources[index] for index in graphs.source.tolist()})
            remedy = f"Sources of this split: {', '.join(present)}."
            raise CANFormatError("subsets", f"{list(subsets)}", "beginnings of source names", remedy)
        keep = keep & np.isin(graphs.source, wanted)
    if not keep.all():
        graphs = graphs.select(np.flatnonzero(keep))
    present, source = np.unique(graphs.source, return_inverse=True)
    return graphs.with_arrays(source=source.astype(np.int64)), [corpus.sources[index] for index in present]
