"""Order the training samples by a trained network's idea of difficulty."""

from pathlib import Path

import torch
from mmengine.hooks import Hook
from torch import Tensor

from ..registry import HOOKS
from .kept import kept


@HOOKS.register_module()
class CurriculumHook(Hook):
    """Gives the sampler the difficulty of every training sample, as another network scores it.

    Args:
        scorer: ``dict(config=..., checkpoint="auto")`` of the network whose ``predict`` names the difficulty.
        output: name of the (B,) prediction; larger is harder.
        batch_size: samples scored at once.
        cache_dir: scores are kept here, named by the digests of the data and of the scorer's weights; None keeps none.
    """

    def __init__(
        self, scorer: dict, output: str = "difficulty", batch_size: int = 256, cache_dir: str | None = "work_dirs/cache"
    ) -> None:
        self.scorer, self.output, self.batch_size, self.cache_dir = scorer, output, batch_size, cache_dir

    def before_run(self, runner) -> None:
        """Score the training data, or read the scores of an earlier time.

        Raises:
            ValueError: the sampler takes no difficulty.
        """
        sampler = runner.train_dataloader.sampler
        if not hasattr(sampler, "difficulty"):
            raise ValueError(f"CurriculumHook: {type(sampler).__name__} takes no difficulty; use CurriculumSampler")
        frozen = runner.build_companion(self.scorer)
        runner.check_companion(frozen)
        # Scores from the cache draw nothing, so fresh ones must not either.
        with torch.random.fork_rng():
            sampler.difficulty = self._cached(runner, frozen)

    def _cached(self, runner, frozen) -> Tensor:
        dataset = runner.train_dataloader.dataset
        data = getattr(dataset, "provenance", dict)().get("digest")
        if self.cache_dir is None or data is None:
            return self._score(runner, frozen)
        path = Path(self.cache_dir) / f"{self.output}-{data[:16]}-{len(dataset)}-{weights_digest(frozen.network)}.pt"
        return kept(path, lambda: self._score(runner, frozen))

    @torch.no_grad()
    def _score(self, runner, frozen) -> Tensor:
        dataset = runner.train_dataloader.dataset
        device = next(frozen.network.parameters()).device
        scores = []
        for start in range(0, len(dataset), self.batch_size):
            batch = dataset.__getitems__(list(range(start, min(start + self.batch_size, len(dataset)))))
            moved = {key: value.to(device) if hasattr(value, "to") else value for key, value in batch.items()}
            scores.append(frozen.predict(moved)[self.output].float().cpu())
        return torch.cat(scores)


def weights_digest(network: torch.nn.Module) -> str:
    """A short digest of a network's weights."""
    import hashlib

    digest = hashlib.sha256()
    for value in network.state_dict().values():
        digest.update(value.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]
