"""Pictures in the log, where a network draws any."""

from typing import Any

from mmengine.hooks import Hook
from torch import Tensor

from ..registry import HOOKS


@HOOKS.register_module()
class ImageHook(Hook):
    """Logs what the network's ``draw`` makes of the first validation batch."""

    def after_val_iter(self, runner, batch_idx: int, data_batch=None, outputs: Any = None) -> None:
        """Draw the first batch, where the loader left it: on the CPU."""
        if batch_idx:
            return
        learner = runner.learner
        drawn = {name: value.cpu() if isinstance(value, Tensor) else value for name, value in (outputs or {}).items()}
        for name, image in learner.network.draw(drawn, data_batch).items():
            # No slash: the local backend would take it for a folder, which is not there, and lose the picture.
            runner.visualizer.add_image(f"val_{name}", image, step=runner.iter)
