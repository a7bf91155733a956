"""Losses as the engine calls them, by the names of what they read, against the bare formula; forward and backward."""

from collections.abc import Callable

import torch
from _pairs import paired, pairs_of, row
from torch import Tensor
from torch.nn import functional as F

from stillhouse.registry import LOSSES

CALLS, SAMPLES, TEMPERATURE = 50, 32, 4.0


def ratios(quick: bool = False) -> list[dict]:
    """A row a loss (see ``_pairs.row``)."""
    torch.set_num_threads(1)
    import stillhouse.losses  # noqa: F401 (registers)

    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(SAMPLES, 2, generator=generator, requires_grad=True)
    teacher = torch.randn(SAMPLES, 2, generator=generator)
    batch = {"y": torch.arange(SAMPLES) % 2, "wanted": torch.randn(SAMPLES, 2, generator=generator)}
    outputs = {"logits": logits, "teacher.logits": teacher}
    cases = {
        "CrossEntropy": (dict(logits="logits", target="y"), lambda: F.cross_entropy(logits, batch["y"])),
        "MeanSquaredError": (dict(output="logits", target="wanted"), lambda: F.mse_loss(logits, batch["wanted"])),
        "SoftLabels": (dict(temperature=TEMPERATURE), lambda: _soft(logits, teacher)),
    }
    return [
        row(f"loss: {name}", "the bare formula", _compared({"type": name, **given}, bare, outputs, batch, quick))
        for name, (given, bare) in cases.items()
    ]


def _compared(cfg: dict, bare: Callable[[], Tensor], outputs: dict, batch: dict, quick: bool) -> list[float]:
    loss = LOSSES.build(cfg)
    found, wanted = loss(outputs, batch), bare()
    if not torch.allclose(found, wanted, rtol=1e-4):
        raise ArithmeticError(f"losses: {cfg['type']} gives {found.item()}, the bare formula {wanted.item()}")
    return paired(lambda: loss(outputs, batch).backward(), lambda: bare().backward(), pairs_of(quick), CALLS)


def _soft(student: Tensor, teacher: Tensor) -> Tensor:
    of, to = F.log_softmax(student / TEMPERATURE, 1), F.softmax(teacher / TEMPERATURE, 1)
    return TEMPERATURE**2 * F.kl_div(of, to, reduction="batchmean")


def benchmark() -> list[dict]:
    """The rows of ``ratios``, at full length."""
    return ratios()
