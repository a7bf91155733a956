"""Pictures of scenes by a trained proxy, many at a time."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from ....datasets.scene.encoding import encode
from ...checkpoint import chosen
from ...trained import find_checkpoint, load_trained
from .errors import CurationError

BATCH = 64
RUNS = "scene_forward"


class ProxyPictures:
    """Scenes as a ``ForwardModel`` draws them.

    Args:
        run: a run's folder or a checkpoint.

    Raises:
        CheckpointError: nothing is there.
        CurationError: a network that draws no scenes.
    """

    def __init__(self, run: str | Path) -> None:
        trained = load_trained(find_checkpoint(run))
        self.network, self._file = trained.network, trained.file
        if not hasattr(self.network, "draw_vectors"):
            raise CurationError(f"{trained.file}: is no proxy that draws scenes; train configs/scene_forward.py")
        self.size = int(self.network.size)

    def facts(self) -> dict:
        """What the pictures depend on besides the scenes."""
        return {"proxy": str(self._file), "written": self._file.stat().st_mtime_ns, "size": self.size}

    @torch.no_grad()
    def images(self, scenes: Sequence[dict]) -> Tensor:
        """(B, 3, S, S) in [0, 1]."""
        if not scenes:
            return torch.zeros(0, 3, self.size, self.size)
        vectors, device = encode(list(scenes)), next(self.network.parameters()).device
        return torch.cat([self.network.draw_vectors(part.to(device)).cpu() for part in vectors.split(BATCH)])


def find_proxy(root: Path = Path("work_dirs")) -> Path | None:
    """The run of a proxy that was trained last, None where there is none."""
    runs = [path for path in root.glob(f"**/{RUNS}*") if path.is_dir() and chosen(path) is not None]
    return max(runs, key=lambda path: path.stat().st_mtime, default=None)
