"""Order the training samples by a trained network's idea of difficulty."""

import torch
from mmengine.hooks import Hook
from torch import Tensor

from ..registry import HOOKS
from .columns import columns_of, table_path
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
        path = table_path(self.cache_dir, self.output, runner.train_dataloader.dataset, "curriculum", [frozen.network])
        return kept(path, lambda: self._score(runner, frozen))

    def _score(self, runner, frozen) -> Tensor:
        dataset, device = runner.train_dataloader.dataset, next(frozen.network.parameters()).device

        def look(batch: dict) -> dict[str, Tensor]:
            return {self.output: frozen.predict(batch)[self.output].float()}

        return columns_of(look, dataset, range(len(dataset)), self.batch_size, device, runner.logger.info)[self.output]
