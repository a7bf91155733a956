"""Hold a part of the network still at first."""

from mmengine.hooks import Hook
from torch import nn

from ..registry import HOOKS, nearest


@HOOKS.register_module()
class FreezeHook(Hook):
    """For some epochs a pretrained part is not trained: no gradients, and its layers in evaluation mode.

    Afterwards it learns at the rate that the optimizer's config gives it. That rate is mmengine's ``paramwise_cfg``, which
    multiplies by name: ``paramwise_cfg=dict(custom_keys={"network.backbone": dict(lr_mult=0.1)})``. The rest depends on the
    epoch alone, so a resumed run goes on exactly. With several processes, set ``find_unused_parameters=True``.

    Args:
        module: dotted name of the part in the learner, such as ``network.backbone``.
        epochs: for which it is held; 0 for none.

    Raises:
        ValueError: a negative number of epochs.
        KeyError: when training begins, the learner has no such part.
    """

    holds = "epochs"

    def __init__(self, module: str = "network.backbone", epochs: int = 3) -> None:
        if epochs < 0:
            raise ValueError(f"FreezeHook.epochs: got {epochs}, expected at least 0")
        self.module, self.epochs = module, epochs
        self._trained: list[nn.Parameter] = []

    def before_train(self, runner) -> None:
        """Find the part; the optimizer exists by now, with the part's own rate."""
        part = self._part(runner)
        self._trained = [parameter for parameter in part.parameters() if parameter.requires_grad]

    def before_train_iter(self, runner, batch_idx: int, data_batch=None) -> None:
        """Hold it, or let it go. Evaluation brings the whole network back to training mode, so the mode is looked at anew."""
        held, part = runner.epoch < self.epochs, self._part(runner)
        if held and part.training:
            part.eval()
        elif not held and not part.training:
            part.train()
        if self._trained and self._trained[0].requires_grad == held:
            self._require_gradients(not held)

    def after_train(self, runner) -> None:
        """Leave it trainable."""
        self._require_gradients(True)

    def _require_gradients(self, wanted: bool) -> None:
        for parameter in self._trained:
            parameter.requires_grad_(wanted)

    def _part(self, runner) -> nn.Module:
        learner = runner.learner
        try:
            return learner.get_submodule(self.module)
        except AttributeError:
            names = [name for name, _ in learner.named_modules() if name]
            near = nearest(self.module, names)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise KeyError(f"FreezeHook.module: the learner has no part {self.module!r}.{hint}") from None
