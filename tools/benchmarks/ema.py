"""The average of the weights: all parameters in one call, against one parameter at a time."""

from types import SimpleNamespace

import torch
from _pairs import paired, pairs_of, row
from torch import nn

from stillhouse.hooks import EMAHook

NETWORKS = {"40 layers of 64": (40, 64), "8 layers of 512": (8, 512)}
CALLS = 20


def ratios(quick: bool = False) -> list[dict]:
    """A row a network (see ``_pairs.row``)."""
    torch.set_num_threads(1)
    return [_compared(name, *shape, pairs_of(quick)) for name, shape in NETWORKS.items()]


def _compared(name: str, layers: int, width: int, pairs: int) -> dict:
    network = nn.Sequential(*(nn.Linear(width, width) for _ in range(layers)))
    hook, runner = EMAHook(decay=0.999), SimpleNamespace(learner=network)
    hook.before_run(runner)
    average = [parameter.detach().clone() for parameter in network.parameters()]

    @torch.no_grad()
    def one_at_a_time() -> None:
        for mean, weight in zip(average, network.parameters()):
            mean.mul_(0.999).add_(weight, alpha=0.001)

    found = paired(lambda: hook.after_train_iter(runner, 0), one_at_a_time, pairs, CALLS)
    return row(f"average of the weights, {name}", "one parameter at a time", found)


def benchmark() -> list[dict]:
    """The rows of ``ratios``, at full length."""
    return ratios()
