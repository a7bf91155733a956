"""Blur an image-like tensor in the first steps."""

from typing import Literal

from mmengine.hooks import Hook
from torch import Tensor

from ..registry import HOOKS


@HOOKS.register_module()
class BlurWarmupHook(Hook):
    """Gaussian blur of a named output or input, in training only, fading over the first steps.

    sigma falls linearly from ``sigma`` to 0 over ``steps`` iterations; afterwards the tensor is left alone. A distillation
    teacher sees the batch from before the blur.

    Args:
        name: key of the network's outputs or of the batch; a tensor of shape (B, C, H, W).
        where: ``output`` or ``input``.
        sigma: initial standard deviation, in pixels.
        steps: iterations until it is gone.
        taps: odd width of the kernel, in pixels.
        decay: False keeps ``sigma`` constant until ``steps``.
    """

    def __init__(
        self, name: str, where: Literal["output", "input"] = "output", sigma: float = 0.8, steps: int = 2000,
        taps: int = 7, decay: bool = True,
    ) -> None:  # fmt: skip
        if taps % 2 == 0 or taps < 1:
            raise ValueError(f"BlurWarmupHook.taps: got {taps}, expected an odd number")
        self.name, self.where, self.sigma, self.steps, self.taps, self.decay = name, where, sigma, steps, taps, decay
        self._iteration = 0

    def current_sigma(self) -> float:
        """The standard deviation in this iteration, in pixels; 0 when the warm-up is over."""
        if self._iteration >= self.steps:
            return 0.0
        return self.sigma * (1 - self._iteration / self.steps) if self.decay else self.sigma

    def before_train(self, runner) -> None:
        """Stand between the network and its losses (or its batch)."""
        learner = runner.learner
        transforms = learner.output_transforms if self.where == "output" else learner.input_transforms
        transforms.append(self._blurred)

    def before_train_iter(self, runner, batch_idx: int, data_batch=None) -> None:
        """Follow the iteration."""
        self._iteration = runner.iter

    def _blurred(self, tensors: dict) -> dict:
        sigma = self.current_sigma()
        if sigma < 1e-3:
            return tensors
        return {**tensors, self.name: self._blur(tensors[self.name], sigma)}

    def _blur(self, image: Tensor, sigma: float) -> Tensor:
        # Imported here because torchvision is slow to load and few runs blur.
        from torchvision.transforms.functional import gaussian_blur

        return gaussian_blur(image, [self.taps, self.taps], [sigma, sigma])
