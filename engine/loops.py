"""The loops. The events of a training run, in order::

    before_run, before_train
    for each epoch:
        before_train_epoch
        for each iteration (one optimizer step):
            before_train_iter
            for each part: forward, backward
            before_optim_step, then clipping and the step
            after_train_iter
            [validation every val_interval iterations, where max_iters is given]
            save_point
        after_train_epoch
        [validation every val_interval epochs, where max_epochs is given]
        save_point
    after_train, after_run

At a ``save_point`` nothing is half done: a checkpoint written there resumes to the same bits.
"""

from typing import Any

import torch
from mmengine.dist import broadcast
from mmengine.runner import BaseLoop

from ..registry import LOOPS
from .stream import BatchStream, Iteration, seeded


class StreamLoop(BaseLoop):
    """mmengine's loop over this engine's batches."""

    dataloader: BatchStream
    runner: Any = None  # in place of mmengine's property, which is asked several times a step

    def __init__(self, runner, dataloader) -> None:
        super().__init__(runner, dataloader)
        self.runner = runner


@LOOPS.register_module()
class TrainLoop(StreamLoop):
    """Trains for a number of epochs or of iterations.

    Args:
        runner: the runner.
        dataloader: config of the batches, or a built ``BatchStream``.
        max_epochs, max_iters: exactly one of them.
        val_interval: epochs (with ``max_epochs``) or iterations (with ``max_iters``) between validations.
    """

    def __init__(
        self, runner, dataloader, max_epochs: int | None = None, max_iters: int | None = None, val_interval: int = 1
    ) -> None:
        super().__init__(runner, dataloader)
        if (max_epochs is None) == (max_iters is None):
            raise ValueError(
                f"train_cfg: got max_epochs={max_epochs}, max_iters={max_iters}, expected exactly one of them"
            )
        self.by_epoch = max_epochs is not None
        self.val_interval, self.val_begin = val_interval, 1
        self.epoch = self.iter = self.position = 0
        self.stop_training = False
        self._in_epoch_end = False
        self._terms: list[dict] = []
        self._validates = False
        if not len(self.dataloader):
            raise ValueError(
                f"train_dataloader: got {self.dataloader.sampler.size(0)} samples, expected at least one step's "
                f"{self.dataloader.samples_per_iteration}; use a smaller batch_size or drop_last=False"
            )
        self.max_epochs, self.max_iters = self._limits(max_epochs, max_iters)

    def _limits(self, max_epochs: int | None, max_iters: int | None) -> tuple[int, int]:
        if max_epochs is not None:
            return max_epochs, sum(self.dataloader.length(epoch) for epoch in range(max_epochs))
        epoch = reached = 0
        while reached < (max_iters or 0):
            reached += self.dataloader.length(epoch)
            epoch += 1
        return epoch, max_iters or 0

    @property
    def at_epoch_end(self) -> bool:
        """Whether the current ``save_point`` is the one after an epoch."""
        return self._in_epoch_end

    @property
    def done(self) -> bool:
        """Whether nothing is left to train."""
        if self.position and self.position >= self.dataloader.length(self.epoch):
            return False  # saved after an epoch's last iteration: the epoch has yet to end
        return (
            self.stop_training or self.epoch >= self.max_epochs or (not self.by_epoch and self.iter >= self.max_iters)
        )

    def run(self):
        """Train from the current position to the end; returns the model."""
        self.runner.call_hook("before_train")
        self.runner.model.train()
        self._terms, self._validates = self.runner.learner.terms, self.runner.val_loop is not None
        while not self.done:
            self._run_epoch()
        self.runner.call_hook("after_train")
        return self.runner.model

    def _run_epoch(self) -> None:
        runner = self.runner
        runner.call_hook("before_train_epoch")
        iterations = self.dataloader.iterate(self.epoch, self.position)
        length = self.dataloader.length(self.epoch)
        last = length if self.by_epoch else min(length, self.position + self.max_iters - self.iter)
        while self.position < last and not self.stop_training:
            try:
                iteration = next(iterations)
                terms = self._step(iteration)
            except (MemoryError, RuntimeError) as error:
                self._recover(error)
                iterations = self.dataloader.iterate(self.epoch, self.position)
                continue
            self._finish_iteration(iteration, terms)
        if self.position >= length:
            self._finish_epoch()

    def _finish_epoch(self) -> None:
        self.runner.call_hook("after_train_epoch")
        self.epoch, self.position = self.epoch + 1, 0
        if self._validates and self.by_epoch and self._due(self.epoch, self.max_epochs):
            self.runner.val_loop.run()
        self._in_epoch_end = True
        self.runner.call_hook("save_point")
        self._in_epoch_end = False

    def _step(self, iteration: Iteration) -> dict:
        """Forward, backward and the optimizer step; returns the loss terms."""
        runner, model, optimizer, terms = self.runner, self.runner.model, self.runner.optim_wrapper, self._terms
        runner.call_hook("before_train_iter", batch_idx=self.position, data_batch=iteration.batches)
        terms.clear()
        optimizer.start(iteration.weights)
        for batch in iteration.batches:
            model.train_step(batch, optimizer)
        return _mean_terms(terms, iteration.weights)

    def _finish_iteration(self, iteration: Iteration, terms: dict) -> None:
        runner = self.runner
        runner.call_hook("after_train_iter", batch_idx=self.position, data_batch=iteration.batches, outputs=terms)
        self.iter, self.position = self.iter + 1, self.position + 1
        if self._validates and not self.by_epoch and self._due(self.iter, self.max_iters):
            self.runner.val_loop.run()
        runner.call_hook("save_point")

    def _recover(self, error: Exception) -> None:
        """Let a hook make room and go on with this iteration in smaller parts, or raise the error again.

        An optimizer step that failed half-way cannot be taken again.
        """
        if self.runner.optim_wrapper.stepping or not any(
            hook.on_out_of_memory(self.runner, error) for hook in self.runner.hooks if hasattr(hook, "on_out_of_memory")
        ):
            raise error
        self.runner.optim_wrapper.zero_grad()
        self.dataloader.split *= 2

    def _due(self, done: int, most: int) -> bool:
        """Whether a validation follows."""
        return done % self.val_interval == 0 or done == most

    def state_dict(self) -> dict:
        """The position, as plain numbers."""
        keys = ("epoch", "iter", "position", "stop_training")
        stream = self.dataloader
        state = {key: getattr(self, key) for key in keys}
        return {**state, "split": stream.split, "samples_per_iteration": stream.samples_per_iteration}

    def load_state_dict(self, state: dict) -> None:
        """Go to a saved position."""
        self.dataloader.split = state["split"]
        for key in ("epoch", "iter", "position", "stop_training"):
            setattr(self, key, state[key])
        then, now = state["samples_per_iteration"], self.dataloader.samples_per_iteration
        if then != now:
            self.position = self.position * then // now
            self.runner.logger.warning(
                f"saved with {then} samples a step, resumed with {now}: goes on at the same samples, not to the same bits"
            )


def _mean_terms(terms: list[dict], weights: list[float]) -> dict:
    """Every term's mean over an iteration's parts, still on the device; its mean over ranks is that over all samples."""
    if len(terms) == 1 and weights[0] == 1:
        return terms[0]
    return {name: sum(part[name] * w for part, w in zip(terms, weights)) for name in terms[0]}


class EvaluationLoop(StreamLoop):
    """Runs a network over a data set and its predictions through the metrics."""

    prefix = "val"

    def __init__(self, runner, dataloader, evaluator) -> None:
        super().__init__(runner, dataloader)
        self.evaluator = runner.build_evaluator(evaluator)
        self.evaluator.dataset_meta = getattr(self.dataloader.dataset, "metainfo", None)

    def run(self) -> dict:
        """The metrics of the model, with this phase's hooks around them."""
        runner, phase = self.runner, self.prefix
        runner.call_hook(f"before_{phase}")
        runner.call_hook(f"before_{phase}_epoch")
        runner.model.eval()
        for buffer in runner.learner.buffers():
            broadcast(buffer)  # each rank has batch statistics of its own; the checkpoint holds the first one's
        metrics = self.evaluate(runner.learner.val_step, hooks=True)
        runner.metrics = dict(metrics)
        runner.call_hook(f"after_{phase}_epoch", metrics=metrics)
        runner.call_hook(f"after_{phase}")
        runner.model.train()
        return metrics

    @torch.no_grad()
    def evaluate(self, predict, hooks: bool = False) -> dict:
        """The metrics of any ``predict(batch) -> dict``; the random streams of training are left as they were."""
        with seeded(self.runner.seed or 0), self.runner.autocast():
            for number, iteration in enumerate(self.dataloader.iterate(0)):
                for batch in iteration.batches:
                    self._process(number, batch, predict(batch), hooks)
        return self.evaluator.evaluate(len(self.dataloader.dataset))

    def _process(self, number: int, batch: dict, outputs: dict, hooks: bool) -> None:
        for metric in self.evaluator.metrics:
            metric.process(batch, outputs)
        if hooks:
            self.runner.call_hook(f"after_{self.prefix}_iter", batch_idx=number, data_batch=batch, outputs=outputs)


@LOOPS.register_module()
class ValLoop(EvaluationLoop):
    """Validation; fits whatever the metrics calibrate."""

    prefix = "val"


@LOOPS.register_module()
class TestLoop(EvaluationLoop):
    """The test splits, with the calibration that validation fitted."""

    __test__ = False
    prefix = "test"
