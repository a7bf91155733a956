"""Distillation of a latent: the student's code, projected where it is narrower, against the teacher's."""

from typing import Literal

from torch import Tensor, nn
from torch.nn import functional as F

from ..registry import LOSSES
from .base import Loss, lookup, upcast
from .output_match import known_kind


def cosine_distance(student: Tensor, teacher: Tensor) -> Tensor:
    """``mean_i 1 - cos(student_i, teacher_i)`` over the rows, in [0, 2]."""
    return 1 - F.cosine_similarity(student, teacher, dim=-1).mean()


DISTANCES = {"mse": F.mse_loss, "cosine": cosine_distance}


def latent_distance(student: Tensor, teacher: Tensor, kind: str = "mse") -> Tensor:
    """The mean distance of two latents of one width; the teacher is detached here.

    Args:
        student: (N, W), after any projection.
        teacher: (N, W).
        kind: ``mse`` over all entries, or ``cosine``, which ignores each row's length.

    Raises:
        ValueError: the shapes differ.
    """
    if student.shape != teacher.shape:
        raise ValueError(
            f"latent match: the student's latent has shape {tuple(student.shape)} and the teacher's "
            f"{tuple(teacher.shape)}. Call bind(student, teacher) before the first step, which makes the projection "
            "where widths differ; the number of rows must be equal."
        )
    return DISTANCES[kind](upcast(student), upcast(teacher.detach()))


@LOSSES.register_module()
class LatentMatch(Loss):
    """``mean d(W student + b, teacher)``, d being the squared error or 1 - cosine; lower is better.

    W is a linear projection from the student's width to the teacher's. It is made by ``bind``, only where the widths
    differ, and is trained with the student; it belongs to the loss and leaves with it. The teacher is detached. Name a
    deterministic output (``mu``, not the sampled ``z``): a sample's noise cannot be learned.

    Args:
        output: name of the output, (N, width), in the student's and the teacher's outputs.
        kind: ``mse`` or ``cosine``.
        weight: factor of this term in the distillation loss.

    Raises:
        ValueError: an unknown kind.

    Source:
        Romero et al., FitNets: Hints for Thin Deep Nets, 2015; a linear regressor in place of their convolution.
    """

    output_args = ("output",)

    def __init__(self, output: str = "mu", kind: Literal["mse", "cosine"] = "mse", weight: float = 1.0) -> None:
        super().__init__(weight)
        self.output = output
        self.kind = known_kind("LatentMatch", kind, DISTANCES)
        self.projection: nn.Linear | None = None

    def bind(self, student, teacher) -> None:
        """Make the projection where the two networks' widths differ; their ``output_width(name)`` says them.

        It draws its weights from the global stream: call it inside ``torch.random.fork_rng`` to leave that untouched.
        """
        narrow, wide = student.output_width(self.output), teacher.output_width(self.output)
        self.projection = nn.Linear(narrow, wide) if narrow != wide else None

    def forward(self, outputs: dict, batch: dict) -> Tensor:
        student = lookup(outputs, self.output, "outputs")
        if self.projection is not None:
            student = self.projection(student)
        return latent_distance(student, lookup(outputs, f"teacher.{self.output}", "outputs"), self.kind)
