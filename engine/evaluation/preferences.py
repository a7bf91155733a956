"""How a flow that learns from preferences stands to its reference, on pairs that it trained on and on held-out ones."""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional as F

from ...models.sketch.preference_flow import TIMES, pair_errors
from ...registry import METRICS, MODELS
from .gathered import GatheredMetric

BINS = 4  # of t
SATURATED = 3.0  # |z| beyond which a pair's gradient has almost vanished
OVERALL = (
    "loss", "accuracy", "z_mean", "z_std", "saturated", "winner_error", "loser_error", "reference_winner_error",
    "reference_loser_error", "winner_change", "loser_change",
)  # fmt: skip
SIDES = ("held_out", "training")


@METRICS.register_module()
class PreferenceStatistics(GatheredMetric):
    """Flow-DPO's quantities from velocity errors at four times each, by the policy and by the frozen reference.

    ``z`` is beta times the mean over the times of the margin; ``loss`` is its -log sigmoid, log 2 where nothing has been
    learned; ``accuracy`` the share of pairs with a positive margin, ties counting one half; ``saturated`` the share with |z|
    above 3; ``winner_change`` and ``loser_change`` the policy's errors minus the reference's; ``z_t1`` to ``z_t4`` the mean
    of z by quarters of t. Each as ``held_out_NAME`` and, where the data set marks training pairs, ``training_NAME``.

    Args:
        reference: ``dict(config=..., checkpoint="auto")``, what the policy is held to.
        beta: as in the loss.
        sample_seed: of the noise, as the network's.
        held_out: key of the batch, (B,) bool; pairs all count as held out where it is absent.
        prefix: put before every result's name.

    Raises:
        CompanionError: the reference is not trained.
    """

    whole_rows = True
    names = tuple(f"{side}_{name}" for side in SIDES for name in (*OVERALL, *(f"z_t{i + 1}" for i in range(BINS))))

    def __init__(
        self, reference: dict, beta: float = 2000.0, sample_seed: int = 0, held_out: str = "held_out",
        prefix: str = "preferences",
    ) -> None:  # fmt: skip
        super().__init__(prefix=prefix)
        self.reference = MODELS.build({**reference, "type": "FrozenModel"})
        self.beta, self.sample_seed, self.held_out = beta, sample_seed, held_out

    def rows(self, batch: Mapping, outputs: Mapping) -> dict[str, Tensor]:
        """The four errors (B, 4) of each pair."""
        winner = self.read(outputs, "winner_error", "the network's predict(batch)")
        device = next(self.reference.network.parameters()).device
        moved = {key: value.to(device) if isinstance(value, Tensor) else value for key, value in batch.items()}
        true_winner, true_loser = pair_errors(self.reference.network, moved, self.sample_seed)
        held_out = batch.get(self.held_out, torch.ones(len(winner), dtype=torch.bool))
        return {
            "winner": winner, "loser": self.read(outputs, "loser_error", "the network's predict(batch)"),
            "reference_winner": true_winner, "reference_loser": true_loser, "held_out": held_out,
        }  # fmt: skip

    def compute(self, rows: dict[str, Tensor]) -> dict[str, float]:
        """The statistics of both sides; NaN for a side without pairs."""
        held_out = rows.pop("held_out").bool()
        rows.pop("index", None)
        found = {}
        for side, chosen in zip(SIDES, (held_out, ~held_out)):
            of_side = preference_statistics(*(rows[name][chosen] for name in ROWS), beta=self.beta)
            found |= {f"{side}_{name}": value for name, value in of_side.items()}
        return found


ROWS = ("winner", "loser", "reference_winner", "reference_loser")


def preference_statistics(
    winner: Tensor, loser: Tensor, reference_winner: Tensor, reference_loser: Tensor, beta: float
) -> dict[str, float]:
    """The statistics of pairs from their velocity errors, (N, T) each, by the names of ``PreferenceStatistics``."""
    if not len(winner):
        return dict.fromkeys((*OVERALL, *(f"z_t{i + 1}" for i in range(BINS))), float("nan"))
    margin = (reference_winner - winner) - (reference_loser - loser)
    z = beta * margin.mean(1)
    found = {
        "loss": -F.logsigmoid(z).mean(), "accuracy": ((z > 0) + 0.5 * (z == 0)).double().mean(), "z_mean": z.mean(),
        "z_std": z.std(correction=0), "saturated": (z.abs() > SATURATED).double().mean(), "winner_error": winner.mean(),
        "loser_error": loser.mean(), "reference_winner_error": reference_winner.mean(),
        "reference_loser_error": reference_loser.mean(), "winner_change": (winner - reference_winner).mean(),
        "loser_change": (loser - reference_loser).mean(),
    }  # fmt: skip
    quarters = (beta * margin).unflatten(1, (BINS, TIMES // BINS)).mean((0, 2))
    found |= {f"z_t{i + 1}": value for i, value in enumerate(quarters)}
    return {name: float(value) for name, value in found.items()}
