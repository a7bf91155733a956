"""A data root as three splits of graphs, without leakage between them.

Each training recording is cut in time: its last ``val_fraction`` is validation, one window before that is left out. Test
recordings are taken whole. Windows are made after the cut; the vocabulary, the scaler and the vehicles' profiles see benign
training traffic only.
"""

import hashlib
import json
import warnings
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from mmengine.logging import print_log
from rich.console import Console
from rich.progress import track

from . import cache
from .audit import LeakageAudit
from .errors import CANDataWarning, CANFormatError
from .features import NODE_FEATURES
from .frames import Frames
from .graphs import build_graphs, check_window, empty_graphs
from .layout import Recording, discover
from .packed import PackedGraphs, concatenate_graphs
from .profile.nodes import PROFILE_NODE_FEATURES
from .profile.profile import Profile
from .reading import read_frames
from .vehicles import Vehicles, start_of
from .views import Viewing, test_view, training_views, validation_views
from .vocabulary import Scaler, Vocabulary, benign_nodes

SPLITS = ("train", "val", "test")
NodeFeatures = Literal["profile", "absolute"]
# Part of every digest: raise it when graphs or features change, so that older caches and checkpoints do not match.
_VERSION = 5


@dataclass(frozen=True)
class Corpus:
    """The graphs of a data root, scaled, and what was fitted to them.

    Args:
        splits: ``train``, ``val`` and ``test``; a graph's ``source`` is an index into ``sources``.
        sources: ``split/name`` of every recording in use.
        unlabelled: the sources whose windows say nothing of detection: without labels, or test files without attacks.
        duplicates: pairs (left out, kept) of recordings with the same frames.
        vocabulary: the identifiers of benign training windows.
        scaler: the ranges of features on benign training windows.
        count_max: (V,) int64, the most frames of each identifier in a benign training window; 0 for the unknown.
        digest: identifies the training recordings and the parameters.
        vehicles: the profiles of the training vehicles; None with absolute features.
        adapted: the test sources that no training vehicle sent: each is described by its own start.
    """

    splits: dict[str, PackedGraphs]
    sources: list[str]
    unlabelled: list[str]
    duplicates: list[list[str]]
    vocabulary: Vocabulary
    scaler: Scaler
    count_max: np.ndarray
    digest: str
    vehicles: Vehicles | None = None
    adapted: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Parameters:
    """How recordings become splits of windows.

    Args:
        window: frames in a window.
        stride: frames between the starts of windows.
        val_fraction: part of each training recording kept for validation, in [0, 1).
        features: of nodes; ``profile``, against the vehicle's own benign traffic, or ``absolute``, with the training
            identifiers as vocabulary.
        viewing: how profiles and injected attacks are used; with ``profile`` only.

    Raises:
        CANFormatError: a value out of range.
    """

    window: int = 100
    stride: int = 100
    val_fraction: float = 0.2
    features: NodeFeatures = "absolute"
    viewing: Viewing = field(default_factory=Viewing)

    def __post_init__(self) -> None:
        check_window(self.window, self.stride)
        if not 0 <= self.val_fraction < 1:
            raise CANFormatError("val_fraction", f"{self.val_fraction}", "a fraction in [0, 1)", "0.2 is the default.")
        if self.features not in get_args(NodeFeatures):
            raise CANFormatError("features", repr(self.features), f"one of {get_args(NodeFeatures)}", "Take profile.")


def load_corpus(root: str | Path, parameters: Parameters, cache_dir: str | Path | None = "work_dirs/cache") -> Corpus:
    """The corpus of a data root, from the cache where the files and the parameters are the same.

    Args:
        root: the data root, see ``layout.discover``.
        parameters: how to cut and window.
        cache_dir: where to keep results; None keeps nothing.

    Returns:
        the corpus, its arrays memory-mapped where there is a cache.

    Raises:
        CANFormatError: the root or a recording cannot be used.
        LeakageError: the same window in two splits.
    """
    recordings = discover(root)
    contents = {recording.source: recording.digest() for recording in recordings}
    digest = _digest(parameters, {r.source: contents[r.source] for r in recordings if r.is_train})
    if cache_dir is None:
        return build_corpus(recordings, parameters, digest)
    folder = Path(cache_dir) / f"can-{_digest(parameters, contents)[:16]}"
    found = _from_cache(folder)
    if found is None:
        corpus = build_corpus(recordings, parameters, digest)
        cache.write(folder, _arrays(corpus), _facts(corpus))
        found = _from_cache(folder) or corpus
    return found


def build_corpus(recordings: list[Recording], parameters: Parameters, digest: str) -> Corpus:
    """Read, cut, window, audit and scale, without the cache.

    Args:
        recordings: as discovered.
        parameters: how to cut and window.
        digest: identifies the training data.

    Returns:
        the corpus in memory.

    Raises:
        CANFormatError: a recording cannot be used.
        LeakageError: the same window in two splits.
    """
    parts: dict[str, list[PackedGraphs]] = {split: [] for split in SPLITS}
    vehicles = _vehicles(recordings, parameters) if parameters.features == "profile" else None
    adapted: list[str] = []
    audit = LeakageAudit(parameters.window, parameters.stride)
    sources: list[str] = []
    unlabelled: list[str] = []
    kept: dict[tuple[bool, str], str] = {}
    duplicates: list[list[str]] = []
    for recording in _progress(recordings):
        frames = _labelled(recording, read_frames(recording.path).named(recording.source))
        first = kept.setdefault((recording.is_train, frames.digest()), recording.source)
        if first != recording.source:
            duplicates.append([recording.source, first])
            continue
        if frames.label is None or not (frames.label.any() or recording.is_attack_free or recording.is_train):
            unlabelled.append(recording.source)
        for split, stretch in _cut(recording, frames, parameters).items():
            audit.add(split, stretch)
            parts[split] += _graphs(split, stretch, frames, vehicles, parameters, len(sources))
        if vehicles is not None and not recording.is_train and vehicles.match(frames) is None:
            adapted.append(recording.source)
        sources.append(recording.source)
    audit.check()
    _report(duplicates)
    splits = {split: concatenate_graphs(parts[split]) if parts[split] else _none(parameters) for split in SPLITS}
    if vehicles is None:
        return _fitted(splits, sources, unlabelled, duplicates, digest)
    return _profiled(splits, sources, unlabelled, duplicates, digest, vehicles, adapted)


def _none(parameters: Parameters) -> PackedGraphs:
    return empty_graphs(len(PROFILE_NODE_FEATURES) if parameters.features == "profile" else len(NODE_FEATURES))


def _vehicles(recordings: list[Recording], parameters: Parameters) -> Vehicles:
    """Profiles from the training parts of attack-free recordings; where there is none, from the benign starts of the others."""
    training = [recording for recording in recordings if recording.is_train]
    free = [recording for recording in training if recording.is_attack_free]
    stretches, digests = [], set()
    for recording in _progress(free or training, "Learning benign traffic"):
        frames = read_frames(recording.path).named(recording.source)
        if (digest := frames.digest()) in digests:
            continue
        digests.add(digest)
        stretch = _cut(recording, frames, parameters).get("train", frames)
        attacked = stretch.label is not None and stretch.label.any() and not recording.is_attack_free
        stretches.append(stretch[: int(stretch.label.argmax())] if attacked else stretch)  # type: ignore[union-attr]
    return Vehicles.fit([stretch for stretch in stretches if len(stretch) >= parameters.window], parameters.window)


def _graphs(
    split: str, stretch: Frames, whole: Frames, vehicles: Vehicles | None, parameters: Parameters, source: int
) -> list[PackedGraphs]:
    window, stride, viewing = parameters.window, parameters.stride, parameters.viewing
    if vehicles is None:
        return [build_graphs(stretch, None, window, stride, source)]
    if len(stretch) < 2 * window:
        return []
    if split == "test":
        views = [test_view(stretch, vehicles, viewing)]
    elif split == "train":
        views = training_views(stretch, vehicles, viewing, not stretch.attack.any())
    else:
        start = whole[: max(start_of(whole, viewing.adapt_s), window)]
        views = validation_views(stretch, start, vehicles, viewing, not stretch.attack.any())
    built = [(view, build_graphs(view.frames, None, window, stride, source, view.described)) for view in views]
    return [graphs.select(np.flatnonzero(graphs.y == 1)) if view.only_attacks else graphs for view, graphs in built]


def _labelled(recording: Recording, frames: Frames) -> Frames:
    if frames.label is not None or not recording.is_train:
        return frames
    if not recording.is_attack_free:
        remedy = "Add labels, or move it to train_01_attack_free if it holds no attack."
        raise CANFormatError(recording.path, "no labels", "labelled frames in a training split with attacks", remedy)
    return replace(frames, label=np.zeros(len(frames), np.uint8))


def _cut(recording: Recording, frames: Frames, parameters: Parameters) -> dict[str, Frames]:
    if len(frames) < parameters.window:
        note = (
            f"{recording.path}: {len(frames)} frames are fewer than a window of {parameters.window}; it gives no graph."
        )
        warnings.warn(note, CANDataWarning, stacklevel=4)
    if not recording.is_train:
        return {"test": frames}
    if parameters.val_fraction == 0:
        return {"train": frames}
    cut = int(len(frames) * (1 - parameters.val_fraction))
    return {"train": frames[:cut], "val": frames[cut + parameters.window :]}


def _fitted(splits: dict[str, PackedGraphs], sources: list, unlabelled: list, duplicates: list, digest: str) -> Corpus:
    vocabulary, scaler = Vocabulary.fit(splits["train"]), Scaler.fit(splits["train"])
    known = {name: g.with_arrays(node_id=vocabulary.lookup(g.can_id)) for name, g in splits.items()}
    scaled = {name: scaler.transform(graphs) for name, graphs in known.items()}
    count_max = np.zeros(len(vocabulary), np.int64)
    benign = benign_nodes(known["train"])
    np.maximum.at(count_max, known["train"].node_id[benign], known["train"].node_count[benign])
    return Corpus(scaled, sources, unlabelled, duplicates, vocabulary, scaler, count_max, digest)


def _profiled(
    splits: dict[str, PackedGraphs], sources: list, unlabelled: list, duplicates: list, digest: str,
    vehicles: Vehicles, adapted: list[str],
) -> Corpus:  # fmt: skip
    """Profiles bring nodes to one scale already; edges are scaled by their ranges on benign training windows."""
    scaler = Scaler.fit(splits["train"])
    nodes = np.zeros_like(scaler.node_low)
    scaler = replace(scaler, node_low=nodes, node_high=nodes + 1)
    vocabulary = Vocabulary.of(np.concatenate([profile.can_ids for profile in vehicles.profiles]))
    scaled = {name: scaler.transform(graphs) for name, graphs in splits.items()}
    most = np.zeros(len(vocabulary), np.int64)
    for profile in vehicles.profiles:
        np.maximum.at(most, vocabulary.lookup(profile.can_ids), profile.most_count)
    return Corpus(scaled, sources, unlabelled, duplicates, vocabulary, scaler, most, digest, vehicles, adapted)


def _digest(parameters: Parameters, contents: dict[str, str]) -> str:
    content = [_VERSION, parameters.window, parameters.stride, parameters.val_fraction, sorted(contents.items())]
    if parameters.features == "profile":
        content += ["profile", asdict(parameters.viewing)]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _progress(recordings: list[Recording], doing: str = "Building CAN graphs") -> Iterable[Recording]:
    console = Console(stderr=True)
    if console.is_terminal:
        return track(recordings, doing, console=console, transient=True)
    print_log(f"{doing} from {len(recordings)} recordings", logger="current")
    return recordings


def _report(duplicates: list[list[str]]) -> None:
    if duplicates:
        pairs = "; ".join(f"{out} = {kept}" for out, kept in duplicates)
        note = f"{len(duplicates)} recordings hold the same frames as another and are left out: {pairs}"
        warnings.warn(note, CANDataWarning, stacklevel=3)


def _arrays(corpus: Corpus) -> dict[str, np.ndarray]:
    named = {f"{split}.{name}": a for split, graphs in corpus.splits.items() for name, a in graphs.arrays().items()}
    for number, profile in enumerate(corpus.vehicles.profiles if corpus.vehicles else []):
        named |= {f"vehicle.{number}.{name}": array for name, array in profile.arrays().items()}
    return {**named, "count_max": corpus.count_max}


def _facts(corpus: Corpus) -> dict:
    plain = {name: getattr(corpus, name) for name in ("sources", "unlabelled", "duplicates", "digest", "adapted")}
    window = corpus.vehicles.window if corpus.vehicles else None
    return {
        **plain,
        "vehicles": len(corpus.vehicles.profiles) if corpus.vehicles else 0,
        "window": window,
        "vocabulary": corpus.vocabulary.state(),
        "scaler": corpus.scaler.state(),
    }


def _from_cache(folder: Path) -> Corpus | None:
    found = cache.read(folder)
    if found is None:
        return None
    arrays, facts = found
    names = empty_graphs().arrays()
    splits = {split: PackedGraphs(**{name: arrays[f"{split}.{name}"] for name in names}) for split in SPLITS}
    vocabulary = Vocabulary.from_state(facts.pop("vocabulary"))
    scaler = Scaler.from_state(facts.pop("scaler"))
    number, window = facts.pop("vehicles"), facts.pop("window")
    names = [field.name for field in fields(Profile)]
    profiles = [Profile(**{name: arrays[f"vehicle.{index}.{name}"] for name in names}) for index in range(number)]
    vehicles = Vehicles(profiles, window) if number else None
    return Corpus(
        splits=splits, vocabulary=vocabulary, scaler=scaler, count_max=arrays["count_max"], vehicles=vehicles, **facts
    )
