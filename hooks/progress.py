"""A progress bar with rate and time left; plain lines where there is no terminal."""

import time
from datetime import timedelta

from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from rich import get_console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ..registry import HOOKS


@HOOKS.register_module()
class ProgressHook(Hook):
    """Shows how far training is.

    Args:
        seconds: between plain lines where the output is not a terminal.
    """

    priority = "LOWEST"

    def __init__(self, seconds: float = 10.0) -> None:
        self.seconds = seconds
        self._bar: Progress | None = None
        self._began = self._shown = 0.0
        self._first = 0

    def before_train(self, runner) -> None:
        """Start the bar."""
        self._began = self._shown = time.monotonic()
        self._first = runner.iter
        if not is_main_process() or not get_console().is_terminal:
            return
        columns = (
            TextColumn("epoch {task.fields[epoch]}"), BarColumn(), MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"), TimeRemainingColumn(), TextColumn("{task.fields[loss]}"),
        )  # fmt: skip
        self._bar = Progress(*columns, console=get_console())
        self._bar.start()
        self._task = self._bar.add_task(
            "train", total=runner.max_iters, completed=runner.iter, epoch="", rate="", loss=""
        )

    def after_train_iter(self, runner, batch_idx: int, data_batch=None, outputs=None) -> None:
        """Ten looks a second at most; a line every ``seconds`` without a terminal."""
        now = time.monotonic()
        if now - self._shown < (0.1 if self._bar else self.seconds):
            return
        self._shown = now
        done = runner.iter + 1
        rate = (done - self._first) / (now - self._began)
        loss = getattr(runner, "train_entry", {}).get("loss")
        text = "" if loss is None else f"loss {loss:.4g}"
        epoch = f"{runner.epoch + 1}/{runner.max_epochs}"
        if self._bar:
            self._bar.update(self._task, completed=done, epoch=epoch, rate=f"{rate:.1f} it/s", loss=text)
        elif is_main_process():
            left = timedelta(seconds=round((runner.max_iters - done) / rate))
            runner.logger.info(f"epoch {epoch}  {done}/{runner.max_iters}  {rate:.1f} it/s  ETA {left}  {text}")

    def after_train(self, runner) -> None:
        """Show where training ended."""
        if self._bar:
            self._bar.update(self._task, completed=runner.iter)
        self.close()

    def close(self) -> None:
        """Take the bar away, after an error too, and give the terminal its cursor back."""
        if self._bar:
            self._bar.stop()
            self._bar = None
