"""Distillation of soft labels: the divergence of the student's distribution from the teacher's."""

from torch import Tensor
from torch.nn import functional as F

from ..registry import LOSSES
from .base import Loss, lookup, upcast
from .output_match import bernoulli_kl, same_shape


def soft_label_kl(student: Tensor, teacher: Tensor, temperature: float = 4.0) -> Tensor:
    """``T^2 KL(softmax(teacher / T) || softmax(student / T))``, averaged over the rows.

    Logits with one class, (..., 1) or (B,), are those of a binary decision, and the Bernoulli form is used: a softmax
    over a single class, or over the samples of a batch, would compare nothing.

    Args:
        student: (..., C) logits.
        teacher: (..., C) logits, detached here.
        temperature: T > 0; the factor T^2 keeps the gradient's size as T grows.

    Returns:
        A scalar in nats, at least 0 up to rounding.

    Raises:
        ValueError: the shapes differ.
    """
    same_shape("soft labels", student, teacher)
    student, teacher = upcast(student) / temperature, upcast(teacher.detach()) / temperature
    if student.ndim == 1 or student.shape[-1] == 1:
        return temperature**2 * bernoulli_kl(student, teacher).mean()
    rows, soft = F.log_softmax(student, dim=-1).flatten(0, -2), F.log_softmax(teacher, dim=-1).flatten(0, -2)
    return temperature**2 * F.kl_div(rows, soft, reduction="batchmean", log_target=True)


@LOSSES.register_module()
class SoftLabels(Loss):
    """``T^2 mean_i KL(p_teacher,i || p_student,i)`` at temperature T; lower is better.

    The mean runs over the rows (samples, nodes or tokens), never over the classes. The teacher is detached.

    Args:
        output: name of the logits, (..., C), in the student's and the teacher's outputs.
        temperature: T > 0.
        weight: factor of this term in the distillation loss.

    Raises:
        ValueError: a temperature that is not positive.

    Source:
        Hinton et al., Distilling the Knowledge in a Neural Network, 2015, section 2.1.
    """

    output_args = ("output",)

    def __init__(self, output: str = "logits", temperature: float = 4.0, weight: float = 1.0) -> None:
        super().__init__(weight)
        if not temperature > 0:
            raise ValueError(f"SoftLabels.temperature: expected a number above 0, got {temperature}.")
        self.output = output
        self.temperature = temperature

    def forward(self, outputs: dict, batch: dict) -> Tensor:
        student = lookup(outputs, self.output, "outputs")
        return soft_label_kl(student, lookup(outputs, f"teacher.{self.output}", "outputs"), self.temperature)
