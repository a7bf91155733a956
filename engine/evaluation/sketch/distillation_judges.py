"""Judges of distilled drawings, which know classes by name: classifiers of sketches, and a second CLIP."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from ....datasets.sketch.caption_tokens import CaptionTokens
from ....datasets.sketch.words import FORMS, noun
from ....models.clip.scribbles import SCRIBBLE
from ...config import load_config
from ...errors import CheckpointError
from ...trained import TrainedNetwork, load_trained
from .features import sane
from .judges import BATCH, ask, judge_name


class Judge(Protocol):
    """What the comparison asks of a judge."""

    @property
    def name(self) -> str:
        """Of its figures."""
        ...

    @property
    def headline(self) -> bool:
        """Whether the verdict heeds it."""
        ...

    def figures(self, strokes: Tensor, names: Sequence[str]) -> dict[str, float]:
        """``agreement_NAME``, the share of the drawings in which it sees the class named, and what else it says."""
        ...


@dataclass(frozen=True)
class SketchJudge:
    """A classifier of strokes.

    A judge that looks at rendered pictures is no headline: a drawing made against one network's picture can fool another's.

    Attributes:
        name: of its figures.
        network: a classifier in evaluation mode.
        class_names: the class of each label.
        file: for messages.
    """

    name: str
    network: Any
    class_names: list[str]
    file: Path

    @property
    def headline(self) -> bool:
        """Whether it reads the strokes themselves."""
        return not hasattr(self.network, "renderer")

    def figures(self, strokes: Tensor, names: Sequence[str]) -> dict[str, float]:
        """``agreement_NAME``.

        Raises:
            CheckpointError: a class that it was not trained on.
        """
        label = torch.tensor(labels_of(names, self.class_names, self.file))
        return {f"agreement_{self.name}": _share(ask(self.network, strokes).predicted == label)}


class CaptionJudge:
    """A CLIP that chooses among the captions of all classes, and that of a scribble.

    A class is the mean of the embeddings of all its captions.

    Args:
        name: of its figures.
        network: a ``ContrastiveCLIP`` in evaluation mode.
        class_names: that it was trained on.
        file: for messages.
    """

    headline = True

    def __init__(self, name: str, network: Any, class_names: list[str], file: Path) -> None:
        self.name, self.network, self.class_names, self.file = name, network, class_names, file
        self.embeddings = self._captions([*map(class_captions, class_names), [SCRIBBLE]])

    def figures(self, strokes: Tensor, names: Sequence[str]) -> dict[str, float]:
        """``agreement_NAME``, and ``scribble_NAME``: the share that it names a scribble.

        Raises:
            CheckpointError: a class that it was not trained on.
        """
        label = torch.tensor(labels_of(names, self.class_names, self.file))
        said = self.said(strokes)
        scribble = len(self.class_names)
        return {f"agreement_{self.name}": _share(said == label), f"scribble_{self.name}": _share(said == scribble)}

    @torch.no_grad()
    def said(self, strokes: Tensor) -> Tensor:
        """(N,) the caption nearest to each drawing (N, S, 4, 2); one after the last class is the scribble's."""
        device = self.embeddings.device
        found = [self._sketch(part.to(device)) @ self.embeddings.mT for part in sane(strokes).split(BATCH)]
        return torch.cat(found).argmax(1).cpu()

    def _sketch(self, strokes: Tensor) -> Tensor:
        drawn = self.network.renderer(strokes).unsqueeze(1).expand(-1, 3, -1, -1)
        return self.network.clip.encode_image((drawn - self.network.mean) / self.network.std, normalize=True)

    @torch.no_grad()
    def _captions(self, groups: Sequence[Sequence[str]]) -> Tensor:
        """The mean embedding of each group of captions, (K, D) of length 1."""
        texts = [text for group in groups for text in group]
        tokens = CaptionTokens(texts)[torch.arange(len(texts))]
        device = next(self.network.parameters()).device
        found = self.network.embed_captions(tokens.to(device)).split([len(group) for group in groups])
        return F.normalize(torch.stack([group.mean(0) for group in found]), dim=-1)


def load_named_judges(paths: Sequence[str | Path], against: Mapping | None = None) -> list[Judge]:
    """Judges, each of a name of its own.

    Args:
        paths: configs that train one, or runs' folders, or checkpoints.
        against: config of the loss that was trained against, whose CLIP is no judge.

    Raises:
        CheckpointError: nothing is there, it is no judge, it is the network trained against, or two have one name.
        ConfigError: no such config.
    """
    found = [_judge(path, _trained_against(against)) for path in paths]
    names = [one.name for one in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise CheckpointError(f"--judges: two are called {twice!r}, after their configs' files; name each once")
    return found


def class_captions(name: str) -> list[str]:
    """Every caption that synthetic pictures of a class have."""
    return [form.format(noun(name)) for form in FORMS]


def labels_of(names: Sequence[str], known: Sequence[str], file: Path) -> list[int]:
    """The labels under which a judge knows classes.

    Raises:
        CheckpointError: one that it does not know.
    """
    places = {name: label for label, name in enumerate(known)}
    unknown = sorted(set(names) - set(places))
    if unknown:
        raise CheckpointError(
            f"{file}: was trained on {len(known)} classes, without {', '.join(unknown)}, so it cannot judge drawings of them; "
            "train it on all: python tools/make_sketches.py data/sketches_all --every-class"
        )
    return [places[name] for name in names]


def _judge(path: str | Path, against: str | None) -> Judge:
    trained = load_trained(load_config(path).work_dir if str(path).endswith(".py") else path)
    config = trained.meta["config_file"]
    if config == against:
        raise CheckpointError(
            f"{trained.file}: is what was trained against ({config}), so it cannot judge; name another CLIP"
        )
    kind = CaptionJudge if hasattr(trained.network, "embed_captions") else SketchJudge
    if kind is SketchJudge and not {"logits", "embedding"} <= set(getattr(trained.network, "outputs", ())):
        raise CheckpointError(
            f"{trained.file}: is a {type(trained.network).__name__}, expected a classifier of sketches or a ContrastiveCLIP"
        )
    return kind(judge_name(config), trained.network, _class_names(trained), trained.file)


def _class_names(trained: TrainedNetwork) -> list[str]:
    """The training classes, by label."""
    data = trained.meta.get("data", {})
    if not data.get("class_names"):
        raise CheckpointError(f"{trained.file}: does not say the names of its classes; train it on ControlSketch files")
    return list(data["class_names"])[: data.get("num_classes")]


def _trained_against(loss: Mapping | None) -> str | None:
    """The file name of the config that trained a loss's CLIP."""
    config = ((loss or {}).get("encoder") or {}).get("trained", {}).get("config")
    return Path(config).name if config else None


def _share(right: Tensor) -> float:
    return float(right.double().mean())
