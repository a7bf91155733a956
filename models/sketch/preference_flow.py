"""A generator of sketches that learns from choices between two of them."""

import torch
from torch import Tensor

from ...losses.base import lookup
from ...losses.flow_dpo import velocity_errors
from ...registry import MODELS
from .flow_matching import FlowMatching
from .sampling import seeded_noise

TIMES = 4  # at which held-out pairs are compared


@MODELS.register_module()
class PreferenceFlow(FlowMatching):
    """``FlowMatching`` on pairs: the winners, then their losers, at the same times, from the same noise, under one condition.

    It is the same network: its weights are those of ``FlowMatching``, and it samples as that does.

    Shapes:
        batch["winner_beziers"], batch["loser_beziers"] (B, S, 8) and the condition, (B, ...). ``prepare`` makes of them
        ``strokes`` (2 B, S, 4, 2) and all else twice as long. Outputs are those of ``FlowMatching``, (2 B, S, 4, 2).
        ``predict`` gives each pair's velocity errors, ``winner_error`` and ``loser_error`` (B, 4), at four even times.
    """

    predicts = ("winner_error", "loser_error")

    @classmethod
    def declared_inputs(cls, cfg: dict) -> tuple[str, ...]:
        """The keys of the batch that a config makes it read."""
        others = (name for name in super().declared_inputs(cfg) if name != "strokes")
        return ("winner_beziers", "loser_beziers", *others)

    @classmethod
    def declared_prepares(cls, cfg: dict) -> tuple[str, ...]:
        """The keys that ``prepare`` adds under a config."""
        return ("strokes", *super().declared_prepares(cfg))

    def prepare(self, batch: dict) -> dict:
        """Put winners and losers one after the other, with shared draws.

        Raises:
            KeyError: no pairs.
            ValueError: sketches of another shape, or a condition that cannot be used.
        """
        strokes = pair_strokes(batch)
        drawn = super().prepare({**batch, "strokes": strokes[: len(strokes) // 2]})
        names = ("t", "x0", "dropped", self.condition.field)
        shared = {name: twice(drawn[name]) for name in names if name is not None}
        return {**drawn, **shared, "strokes": strokes, "velocity_target": self.data_scale * strokes - shared["x0"]}

    @torch.no_grad()
    def predict(self, batch: dict) -> dict[str, Tensor]:
        """``winner_error`` and ``loser_error``, (B, 4), of a batch as ``prepare`` returns it."""
        field = self.condition.field
        once = {**batch, field: batch[field].chunk(2)[0]} if field in batch else batch
        winner, loser = pair_errors(self, once, self.sample_seed)
        return {"winner_error": winner, "loser_error": loser}

    def draw(self, outputs: dict, batch: dict) -> dict:
        """Nothing: errors are no picture."""
        return {}


@torch.no_grad()
def pair_errors(network: FlowMatching, batch: dict, seed: int) -> tuple[Tensor, Tensor]:
    """A flow's velocity errors on winners and losers, each pair's noise belonging to its ``index`` and a time alone.

    Args:
        network: any flow.
        batch: pairs, their condition and their ``index``.
        seed: of the noise, at least 0.

    Returns:
        (B, 4) and (B, 4), at t = 1/8, 3/8, ...
    """
    strokes, index = pair_strokes(batch), lookup(batch, "index")
    conditions = {name: twice(batch[name]) for name in (network.condition.field, "image") if name in batch}
    kept = torch.zeros(len(strokes), dtype=torch.bool, device=strokes.device)
    found = []
    for number in range(TIMES):
        noise = twice(seeded_noise(seed, TIMES * index + number, network.sketch_shape).to(strokes))
        t = torch.full((len(strokes),), (number + 0.5) / TIMES, device=strokes.device)
        drawn = {"strokes": strokes, "x0": noise, "t": t, "dropped": kept, **conditions}
        prepared = FlowMatching.prepare(network, drawn)
        found.append(velocity_errors(network(prepared)["velocity"], prepared["velocity_target"]))
    winner, loser = torch.stack(found, 1).chunk(2)
    return winner, loser


def pair_strokes(batch: dict) -> Tensor:
    """The winners, then the losers: (2 B, S, 4, 2) of two (B, S, 8)."""
    return torch.cat([lookup(batch, f"{side}_beziers") for side in ("winner", "loser")]).unflatten(-1, (4, 2))


def twice(values: Tensor) -> Tensor:
    """Once for the winners and once for the losers: (B, ...) to (2 B, ...)."""
    return torch.cat([values, values])
