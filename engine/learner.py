"""The learner: one network, its named losses, and, where a hook adds one, a distillation term."""

from collections.abc import Callable
from typing import Any

from mmengine.model import BaseDataPreprocessor, BaseModel
from torch import Tensor, nn

from ..registry import LOSSES, MODELS


class DeviceMover(BaseDataPreprocessor):
    """Moves whatever in a batch has a ``to`` method to the learner's device."""

    def forward(self, data: dict, training: bool = False) -> dict:
        if self._device.type == "cpu":
            return data
        return {key: self._move(value) for key, value in data.items()}

    # A module's usual call machinery costs as much as a small layer, at every step.
    __call__ = forward

    def _move(self, value):
        if hasattr(value, "to"):
            return value.to(self.device, non_blocking=True)
        if isinstance(value, dict):
            return {key: self._move(item) for key, item in value.items()}
        return value


@MODELS.register_module()
class Learner(BaseModel):
    """Holds one network and its losses.

    Args:
        network: config of a ``Network``.
        losses: name -> config of a ``Loss``; the log shows each under that name.

    Attributes:
        distillation: a module with ``alpha`` and ``forward(outputs, batch) -> dict of terms``, added by ``KDHook``.
        input_transforms: applied to the student's batch before the losses; a teacher sees the batch from before.
        output_transforms: applied to the network's outputs before the losses.
        terms: the detached loss terms of the current iteration's parts.
    """

    def __init__(self, network: dict, losses: dict) -> None:
        super().__init__(data_preprocessor=DeviceMover())
        self.network = MODELS.build(network)
        self.losses = nn.ModuleDict({name: LOSSES.build(loss) for name, loss in losses.items()})
        self.distillation: Any = None
        self.input_transforms: list[Callable[[dict], dict]] = []
        self.output_transforms: list[Callable[[dict], dict]] = []
        self.terms: list[dict[str, Tensor]] = []

    def train_step(self, data: dict, optim_wrapper) -> dict:
        """mmengine's, straight to the point: forward, then ``optim_wrapper.update_params``; returns the total under ``loss``."""
        # As an attribute a module is looked up in Python, which costs as much as a small operation; so below.
        preprocessor: Any = self._modules["data_preprocessor"]
        with optim_wrapper.optim_context(self):
            losses = self(mode="loss", **preprocessor(data, True))
        optim_wrapper.update_params(losses["loss"])
        return losses

    def forward(self, mode: str = "tensor", **batch) -> dict:
        """Losses (``mode="loss"``), predictions (``"predict"``) or raw outputs (``"tensor"``) of a batch."""
        network: Any = self._modules["network"]
        batch = network.prepare(batch)
        if mode == "predict":
            return network.predict(batch)
        if mode == "tensor":
            return network(batch)
        seen = batch
        for transform in self.input_transforms:
            seen = transform(seen)
        outputs = network(seen)
        for transform in self.output_transforms:
            outputs = transform(outputs)
        return self._objective(outputs, seen, batch)

    def _objective(self, outputs: dict, seen: dict, batch: dict) -> dict[str, Tensor]:
        """The total under ``loss``; every term goes, detached, to ``terms``.

        With distillation the total is ``alpha * kd + (1 - alpha) * task``.
        """
        terms, observed = {}, {}
        losses: Any = self._modules["losses"]
        for name, loss in losses.items():
            value = loss(outputs, seen)
            terms[name] = value if loss.weight == 1 else loss.weight * value
            # A loss need not be one of ours, as long as it takes outputs and batch.
            if noted := getattr(loss, "observed", None):
                observed.update(noted)
        total = sum_terms(terms)
        distillation = self.distillation
        if distillation is not None:
            kd_terms = distillation(outputs, batch)
            terms |= {"task": total, **kd_terms}
            alpha = distillation.alpha
            total = alpha * kd_terms["kd"] + (1 - alpha) * total
        detached = {name: term.detach() for name, term in terms.items()}
        whole = next(iter(detached.values())) if len(terms) == 1 else total.detach()
        self.terms.append({"loss": whole, **detached, **observed})
        return {"loss": total}

    def parse_losses(self, losses: dict) -> tuple[Tensor, dict]:
        """The total to differentiate, and all terms for the log."""
        return losses["loss"], losses

    def init_weights(self) -> None:
        """Networks initialise themselves when they are built."""


def sum_terms(terms: dict[str, Tensor]) -> Tensor:
    """The sum of the terms, without a constant zero in the graph."""
    values = iter(terms.values())
    total = next(values)
    for value in values:
        total = total + value
    return total
