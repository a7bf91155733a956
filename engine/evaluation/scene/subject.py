"""A trained network of scenes, and the data that it is judged on."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ....registry import DATASETS, METRICS, MODELS
from ...companions import check_same_data
from ...errors import CheckpointError
from ...trained import TrainedNetwork, load_trained

Kind = Literal["forward", "inverse"]


@dataclass(frozen=True)
class Subject:
    """One checkpoint.

    Attributes:
        kind: ``forward`` draws scenes, ``inverse`` recovers them.
        trained: the network.
        held_out: the data set of the test split.
        metric: the config's own test evaluator.
        config: that it was trained with.
    """

    kind: Kind
    trained: TrainedNetwork
    held_out: Any
    metric: Any
    config: dict

    @property
    def renderer(self) -> Any:
        """What drew the targets, or draws the predictions."""
        return getattr(self.metric, "renderer", None) or MODELS.build(dict(type="SceneRenderer", size=self.size))

    @property
    def size(self) -> int:
        """Pixels of an image's side."""
        return int(self.held_out.metainfo["image_size"])

    def proxy(self) -> Any:
        """What draws vectors: a forward proxy itself, or the one whose pictures an inverse model's run logs; None without one.

        Raises:
            CompanionError: its checkpoint is gone.
        """
        if self.kind == "forward":
            return self.trained.network
        hooks = self.config.get("custom_hooks") or []
        named = next((hook["companion"] for hook in hooks if hook.get("type") == "ScenePicturesHook"), None)
        return None if named is None else MODELS.build({**named, "type": "FrozenModel"})


def load_subject(path: str | Path) -> Subject:
    """A checkpoint, or the best or newest one of a run's folder, with the data and the evaluator that its config names.

    Raises:
        CheckpointError: nothing is there, or it is damaged, published, no network of scenes, or without test data.
        CompanionError: the data is not that of training any more.
    """
    trained = load_trained(path)
    config = trained.meta.get("config")
    if not config or not config.get("test_dataloader") or not config.get("test_evaluator"):
        raise CheckpointError(
            f"{trained.file}: does not say on which data it is tested. Name a run with a test_dataloader and a test_evaluator, "
            "not a published network."
        )
    kind = _kind(trained)
    check_same_data(trained.meta, DATASETS.build(dict(config["train_dataloader"]["dataset"])), str(trained.file))
    held_out = DATASETS.build(dict(config["test_dataloader"]["dataset"]))
    return Subject(kind, trained, held_out, METRICS.build(dict(config["test_evaluator"][0])), config)


def _kind(trained: TrainedNetwork) -> Kind:
    outputs, inputs = (set(getattr(trained.network, name, ())) for name in ("outputs", "inputs"))
    if "image" in outputs and "params" in inputs:
        return "forward"
    if "params" in outputs and "image" in inputs:
        return "inverse"
    raise CheckpointError(
        f"{trained.file}: is a {type(trained.network).__name__}, which neither draws scenes nor recovers them"
    )
