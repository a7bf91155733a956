"""A detector from whatever names a trained network: a run's folder, a checkpoint or a published file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ...datasets.can.graph_maker import GraphMaker
from ..trained import TrainedNetwork, load_trained
from .detector import Detector, Predictor
from .errors import DetectionError

Backend = Literal["torch", "onnx"]


@dataclass(frozen=True)
class Loaded:
    """A detector and where it came from.

    Args:
        detector: on the CPU.
        file: the checkpoint.
        meta: what it says of its origin.
        kind: name of the network's class.
    """

    detector: Detector
    file: Path
    meta: dict
    kind: str


def load_detector(
    path: str | Path,
    stride: int | None = None,
    every_s: float | None = None,
    backend: Backend = "torch",
    onnx_file: str | Path | None = None,
    trust: bool = False,
) -> Loaded:
    """Read a network and what it must know of its training data.

    Args:
        path: a run's folder, a checkpoint, or a published file.
        stride: frames from one window's start to the next one's; the training's by default.
        every_s: seconds from one window to the next instead.
        backend: what scores windows; alarms are explained by PyTorch in either case.
        onnx_file: the exported network; by default what ``tools/export.py`` writes for ``path``.
        trust: read a checkpoint that needs pickle, which can run any code.

    Raises:
        DetectionError: a network that does not score windows of CAN traffic, or no exported network.
        CheckpointError: nothing is there, or it is damaged.
        CANFormatError: the checkpoint is not of CAN windows.
    """
    trained = load_trained(path, trust=trust)
    network = trained.network.cpu().requires_grad_(False)
    if "graph" not in network.inputs:
        raise DetectionError(
            f"{trained.file}: holds a {type(network).__name__}, which reads {', '.join(network.inputs) or 'nothing named'}, "
            "not windows of CAN traffic; name a detector, such as a GAT or a VGAE"
        )
    maker = GraphMaker.from_provenance(trained.meta["data"], stride, every_s)
    predictor: Any = network if backend == "torch" else _exported(path, trained, onnx_file)
    explainer = network if hasattr(network, "explained") else None
    return Loaded(Detector(predictor, maker, explainer), trained.file, trained.meta, type(network).__name__)


def _exported(path: str | Path, trained: TrainedNetwork, onnx_file: str | Path | None) -> Predictor:
    from .onnx_network import OnnxNetwork

    file = Path(onnx_file) if onnx_file else _beside(path, trained.file)
    if not file.is_file():
        raise DetectionError(
            f"{file}: no exported network. Write it: python tools/export.py {path} --onnx, or name it with --onnx-file"
        )
    return OnnxNetwork(file)


def _beside(path: str | Path, checkpoint: Path) -> Path:
    from .onnx_export import NAME

    return Path(path) / NAME if Path(path).is_dir() else checkpoint.with_suffix(".onnx")
