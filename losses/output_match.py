"""Distillation of any output: the student's value against the teacher's, entry by entry."""

from typing import Literal, TypeVar

from torch import Tensor
from torch.nn import functional as F

from ..registry import LOSSES, nearest
from .base import Loss, lookup, upcast


def same_shape(what: str, student: Tensor, teacher: Tensor) -> None:
    """Refuse to compare tensors of different shapes.

    Raises:
        ValueError: the shapes differ, as they do when the vocabularies or the class lists do.
    """
    if student.shape != teacher.shape:
        raise ValueError(
            f"{what}: the student's output has shape {tuple(student.shape)} and the teacher's {tuple(teacher.shape)}; "
            "they must be equal. Train both with the same vocabulary and classes, or use LatentMatch, which projects."
        )


def bernoulli_kl(student: Tensor, teacher: Tensor) -> Tensor:
    """``KL(Bern(sigmoid(teacher)) || Bern(sigmoid(student)))`` of each entry, from logits, in nats.

    Args:
        student: logits of any shape.
        teacher: logits of the same shape.

    Returns:
        The same shape, at least 0 up to rounding.
    """
    on = teacher.sigmoid() * (F.logsigmoid(teacher) - F.logsigmoid(student))
    off = (-teacher).sigmoid() * (F.logsigmoid(-teacher) - F.logsigmoid(-student))
    return on + off


DISTANCES = {"mse": F.mse_loss, "l1": F.l1_loss, "bernoulli": lambda s, t: bernoulli_kl(s, t).mean()}


def output_distance(student: Tensor, teacher: Tensor, kind: str = "mse") -> Tensor:
    """The mean distance of two equally shaped tensors; the teacher is detached here.

    Args:
        student: any shape.
        teacher: the same shape.
        kind: ``mse``, ``l1``, or ``bernoulli`` for the logits of independent yes-no decisions.

    Raises:
        ValueError: the shapes differ.
    """
    same_shape("output match", student, teacher)
    return DISTANCES[kind](upcast(student), upcast(teacher.detach()))


@LOSSES.register_module()
class OutputMatch(Loss):
    """``mean d(student, teacher)`` over all entries, d being (s - t)^2, |s - t| or a Bernoulli KL; lower is better.

    The teacher is detached.

    Args:
        output: name of the output in the student's and the teacher's outputs, of one shape in both.
        kind: ``mse``, ``l1``, or ``bernoulli`` where the output is logits of independent yes-no decisions.
        weight: factor of this term in the distillation loss.

    Raises:
        ValueError: an unknown kind.
    """

    output_args = ("output",)

    def __init__(
        self, output: str = "cont_out", kind: Literal["mse", "l1", "bernoulli"] = "mse", weight: float = 1.0
    ) -> None:
        super().__init__(weight)
        self.output = output
        self.kind = known_kind("OutputMatch", kind, DISTANCES)

    def forward(self, outputs: dict, batch: dict) -> Tensor:
        student = lookup(outputs, self.output, "outputs")
        return output_distance(student, lookup(outputs, f"teacher.{self.output}", "outputs"), self.kind)


Kind = TypeVar("Kind", bound=str)


def known_kind(owner: str, kind: Kind, kinds) -> Kind:
    """``kind`` where it is one of ``kinds``.

    Raises:
        ValueError: it is not; the message lists them.
    """
    if kind in kinds:
        return kind
    near = nearest(kind, kinds)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"{owner}.kind: expected one of {', '.join(map(repr, kinds))}, got {kind!r}.{hint}")
