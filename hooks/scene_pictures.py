"""Pictures of predicted scenes in the log."""

from typing import Any

import torch
from mmengine.hooks import Hook

from ..datasets.scene.encoding import decode
from ..models.scene.pictures import strips
from ..registry import HOOKS, MODELS


@HOOKS.register_module()
class ScenePicturesHook(Hook):
    """Logs the first validation scenes: target, what the proxy draws of the prediction, what the renderer draws, the difference.

    The difference is that of the renderer's image and the target.

    Args:
        companion: ``dict(config=..., checkpoint="auto")`` of a ``ForwardModel``.
        renderer: config of a renderer with the targets' size.
        scenes: rows of the picture, at least 1.

    Raises:
        ValueError: no scenes.
    """

    def __init__(self, companion: dict, renderer: dict, scenes: int = 8) -> None:
        if scenes < 1:
            raise ValueError(f"ScenePicturesHook.scenes: got {scenes}, expected at least 1")
        self.companion, self.renderer, self.scenes = companion, dict(renderer), scenes
        self._proxy: Any = None
        self._renderer: Any = None

    def before_train(self, runner) -> None:
        """Build both."""
        self._proxy = runner.build_companion(self.companion)
        self._renderer = MODELS.build(dict(self.renderer))

    @torch.no_grad()
    def after_val_iter(self, runner, batch_idx: int, data_batch: Any = None, outputs: Any = None) -> None:
        """Draw the first batch."""
        if batch_idx or self._renderer is None:
            return
        params, target = outputs["params"][: self.scenes], data_batch["image"][: self.scenes].cpu()
        proxy = self._proxy({"params": params})["image"].float().cpu()
        image = self._renderer.render(decode(params.float().cpu())).float().cpu()
        picture = strips(target, proxy, image, (image - target).abs(), most=self.scenes)
        # No slash: the local backend would take it for a folder.
        runner.visualizer.add_image("val_scenes", picture, step=runner.iter)
