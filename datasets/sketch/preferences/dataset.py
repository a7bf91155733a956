"""The data set of preferred and rejected sketches that configs name."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import torch
from torch import Tensor

from ....registry import DATASETS
from ..images import read_picture
from .errors import PreferenceError
from .files import inside
from .pairs import Pair, Wanted, share_of, training_pairs
from .payload import KINDS, read_payload
from .reading import Faults, OnError, read_standing
from .store import MAX_IMAGE

Split = Literal["train", "validation", "both"]
_PACKAGE_ROOT = Path(__file__).resolve().parents[3]


@DATASETS.register_module()
class PreferenceDataset:
    """Pairs of a preferred and a rejected sketch, from a store of preferences.

    The last choice of an annotator on a pair counts; ties, ``both_bad``, skips and repeats give no pair. Ratings of one
    annotator for the same class and picture give a pair where they differ enough.

    Args:
        root: of the store; looked for here and beside the package.
        split: ``train``, ``validation``, or ``both``; all records of the same two sketches fall on one side.
        validation_share: of the pairs, about.
        seed: of the split and of the draw.
        min_margin: between two ratings, 1 to 4.
        annotators: whose preferences; None takes all.
        sessions: names of sessions; None takes all.
        max_pairs: of both splits together, drawn by the seed; None takes all, at most a million.
        image_size: pixels of a side of ``image``; None gives no picture. Pairs without one are left out.
        num_classes: labels must lie below it; None takes any.
        on_error: ``raise`` at a damaged line or array, or ``skip`` it.

    Attributes:
        fields: the keys of a batch.
        class_names: by label; a label that no record names is called by its number.
        num_classes: as given, else the highest label and one.
        pairs: of this split.
        metainfo: ``statistics`` and the arguments of the split.

    Raises:
        PreferenceError: the store, a line, an array or an argument cannot be used, two names for one label, or no pair is left.
    """

    fields = ("winner_beziers", "loser_beziers", "class_label", "label", "held_out", "index")
    random = False

    def __init__(
        self, root: str, split: Split = "train", validation_share: float = 0.2, seed: int = 0, min_margin: int = 1,
        annotators: list[str] | None = None, sessions: list[str] | None = None, max_pairs: int | None = None,
        image_size: int | None = None, num_classes: int | None = None, on_error: OnError = "raise",
    ) -> None:  # fmt: skip
        _check(split, validation_share, min_margin, max_pairs, image_size, on_error)
        self.fields = self.declared_fields(dict(image_size=image_size))
        self._root, self._image_size, self._faults = _found(root), image_size, Faults()
        wanted = Wanted("sketch", min_margin, annotators, image_size is not None, max_pairs, seed)
        records = read_standing(self._root, on_error, self._faults, sessions)
        pairs, self._left_out = training_pairs(records, wanted)
        known, pairs = _arrays(self._root, pairs, on_error, self._left_out)
        self.class_names, self.num_classes = _classes(pairs, num_classes)
        held_out = [share_of(pair, seed) < validation_share for pair in pairs]
        is_ours = [split == "both" or out == (split == "validation") for out in held_out]
        self.pairs = [pair for pair, ours in zip(pairs, is_ours) if ours]
        self._held_out = torch.tensor([out for out, ours in zip(held_out, is_ours) if ours], dtype=torch.bool)
        if not self.pairs:
            raise _nothing_left(f"{root} ({split})", len(pairs), self._left_out, self._faults)
        self._beziers = torch.from_numpy(np.stack(list(known.values()))).flatten(2)
        places = {file: place for place, file in enumerate(known)}
        self._winners = torch.tensor([places[pair.winner] for pair in self.pairs])
        self._losers = torch.tensor([places[pair.loser] for pair in self.pairs])
        labels = [-1 if pair.class_label is None else pair.class_label for pair in self.pairs]
        self._labels = torch.tensor(labels, dtype=torch.int64)
        self._provenance = {
            "preferences": _digest(pairs), "num_pairs": len(pairs), "validation_share": validation_share, "seed": seed,
            "min_margin": min_margin,
        }  # fmt: skip
        self.metainfo = {"split": split, **self._provenance, **self.statistics()}

    @classmethod
    def declared_fields(cls, cfg: dict) -> tuple[str, ...]:
        """The keys of a batch for these arguments."""
        return (*cls.fields, *(("image",) if cfg.get("image_size") else ()))

    def __len__(self) -> int:
        return len(self.pairs)

    def __getitems__(self, indices: Sequence[int]) -> dict:
        """A batch of B pairs.

        Args:
            indices: (B,) integers in [0, N).

        Returns:
            ``winner_beziers`` and ``loser_beziers`` (B, 32, 8) float32, ``class_label``, ``label`` (the same; -1 where the record
            has no class) and ``index`` (B,) int64; ``held_out`` (B,) bool, whether a pair is for validation; where asked for
            ``image`` (B, 3, H, W) float32 in [0, 1], padded with white.

        Raises:
            PreferenceError: a picture outside the store or too large.
            SketchError: a file that is no picture.
        """
        index = torch.as_tensor(list(indices), dtype=torch.int64)
        label = self._labels[index]
        batch = {
            "winner_beziers": self._beziers[self._winners[index]],
            "loser_beziers": self._beziers[self._losers[index]],
            "class_label": label,
            "label": label,
            "held_out": self._held_out[index],
            "index": index,
        }
        if self._image_size is not None:
            batch["image"] = self._images(index.tolist())
        return batch

    def labels(self) -> Tensor:
        """(N,) int64, -1 where a record has no class."""
        return self._labels

    def statistics(self) -> dict:
        """Plain counts of this split's pairs by class, source and annotator, of its sketches, and of what was left out."""
        return {
            "pairs": len(self.pairs),
            "sketches": len({file for pair in self.pairs for file in pair.key}),
            "by_class": dict(Counter(pair.class_name for pair in self.pairs)),
            "by_source": dict(Counter(pair.source for pair in self.pairs)),
            "by_annotator": dict(Counter(pair.annotator for pair in self.pairs)),
            "left_out": {name: count for name, count in self._left_out.items() if count},
            "lines_passed_over": dict(self._faults.counts),
        }

    def provenance(self) -> dict:
        """What a checkpoint must know of the data; the same for both splits.

        There is no ``digest``: a reference network was trained on other data on purpose.
        """
        return {**self._provenance, "class_names": self.class_names, "num_classes": self.num_classes}

    def _images(self, index: list[int]) -> Tensor:
        files = [inside(self._root, str(self.pairs[i].image)) for i in index]
        for file in files:
            if not file.is_file() or file.stat().st_size > MAX_IMAGE:
                remedy = "Copy the whole folder of the store."
                raise PreferenceError(
                    file, "no file, or too large a one", f"a picture of at most {MAX_IMAGE} bytes", remedy
                )
        pictures = np.stack([read_picture(file, self._image_size or 0, "pad") for file in files])
        return torch.from_numpy(pictures).permute(0, 3, 1, 2).float().div_(255)


def _check(
    split: str, share: float, min_margin: int, max_pairs: int | None, image_size: int | None, on_error: str
) -> None:
    for name, value, choices in (("split", split, get_args(Split)), ("on_error", on_error, get_args(OnError))):
        if value not in choices:
            raise PreferenceError(name, repr(value), f"one of {', '.join(choices)}", "Correct the config.")
    if not 0 <= share <= 1:
        raise PreferenceError("validation_share", str(share), "a share from 0 to 1", "0.2 is the default.")
    if min_margin not in (1, 2, 3, 4):
        raise PreferenceError("min_margin", str(min_margin), "1, 2, 3 or 4", "Ratings go from 1 to 5.")
    for name, value in (("max_pairs", max_pairs), ("image_size", image_size)):
        if value is not None and value < 1:
            raise PreferenceError(name, str(value), "a positive number, or None", "Correct the config.")


def _found(root: str) -> Path:
    candidates = [Path(root), _PACKAGE_ROOT / root]
    found = next((candidate for candidate in candidates if candidate.is_dir()), None)
    if found is None:
        got = f"no such folder (looked in {Path.cwd()})"
        raise PreferenceError(root, got, "the root of a store of preferences", "Collect preferences first.")
    return found


def _arrays(
    root: Path, pairs: list[Pair], on_error: OnError, reasons: Counter
) -> tuple[dict[str, np.ndarray], list[Pair]]:
    """Every sketch once, and the pairs of which both could be read."""
    found: dict[str, np.ndarray] = {}
    for file in sorted({file for pair in pairs for file in pair.key}):
        try:
            found[file] = read_payload(root, KINDS["sketch"], file)
        except PreferenceError:
            if on_error == "raise":
                raise
    whole = [pair for pair in pairs if pair.winner in found and pair.loser in found]
    reasons["damaged array"] += len(pairs) - len(whole)
    return found, whole


def _classes(pairs: Iterable[Pair], num_classes: int | None) -> tuple[list[str], int]:
    names: dict[int, str] = {}
    for pair in pairs:
        if pair.class_label is None:
            continue
        known = names.setdefault(pair.class_label, pair.class_name)
        if known != pair.class_name:
            got = f"{known!r} and {pair.class_name!r} for the label {pair.class_label}"
            raise PreferenceError(
                "class_name", got, "one name", "Train on the sessions of one list of classes (sessions=)."
            )
    count = max(names, default=-1) + 1
    if num_classes is not None and count > num_classes:
        got = f"the label {count - 1} ({names[count - 1]})"
        raise PreferenceError("num_classes", got, f"labels below {num_classes}", "Train the network that was compared.")
    count = count if num_classes is None else num_classes
    return [names.get(label) or str(label) for label in range(count)], count


def _digest(pairs: list[Pair]) -> str:
    content = [[pair.winner, pair.loser, pair.class_label, pair.image, pair.annotator] for pair in pairs]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _nothing_left(where: str, pairs: int, reasons: Counter, faults: Faults) -> PreferenceError:
    counts = {**reasons, **{f"{kind} lines": count for kind, count in faults.counts.items()}}
    told = ", ".join(f"{count} {reason}" for reason, count in counts.items() if count) or "no record"
    got = f"no pair ({pairs} in the other split; left out: {told})"
    return PreferenceError(
        where, got, "at least one", "Collect more, or change validation_share, annotators or min_margin."
    )
