"""Where the time of a training step goes, a config of each domain: shares of its phases, and the three largest operators.

Networks, losses and hooks are the shipped ones; data is made, and companions have taken one step, as training changes no cost.
Phases are timed around the calls of the engine and exclude what is timed inside them; operators are PyTorch's own profile.
"""

import contextlib
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import torch
from mmengine.hooks import Hook

from stillhouse.engine.chaos.data import MAKERS
from stillhouse.engine.chaos.recipes import Recipe
from stillhouse.engine.config import load_config
from stillhouse.engine.runner import EngineRunner

ROOT = Path(__file__).resolve().parents[2]
WARM, STEPS, QUICK_STEPS, PROFILED = 3, 12, 4, 3
PHASES = ("data", "forward", "losses", "distillation", "backward", "optimizer", "hooks", "rest")
REST = "rest"
ALONE = {"val_dataloader": None, "val_cfg": None, "val_evaluator": None, "default_hooks.checkpoint.save_best": None}
CAN = {"data_root": "{can}", "cache_dir": "{root}/cache"}
SKETCHES = {"data_root": "{sketches}", "num_classes": 3, "train_dataloader.batch_size": 16}
SCENES = {"data_root": "{scenes}", "image_size": 32, "lpips": "random"}
SEEN = "model.network.encoder.trained.config"
COMPANIONS = {
    "gat": Recipe("can", "gat_teacher_normal", CAN),
    "vgae": Recipe("can", "vgae_teacher_autoencoder", CAN),
    "clip": Recipe("sketch", "clip_tiny", SKETCHES),
    "image": Recipe("sketch", "sketch_flow_image", SKETCHES, {SEEN: "clip"}),
    "proxy": Recipe("scene", "scene_forward_small", SCENES),
}
STEPPED = {
    "gat_student_curriculum_kd": Recipe(
        "can", "gat_student_curriculum_kd", {**CAN, "custom_hooks.KDHook.measure_teacher": False},
        {"custom_hooks.KDHook.teacher.config": "gat", "custom_hooks.CurriculumHook.scorer.config": "vgae"},
    ),
    "vgae_student_autoencoder": Recipe("can", "vgae_student_autoencoder", CAN),
    "dqn_fusion": Recipe("can", "dqn_fusion", CAN, {"model.network.gat.config": "gat", "model.network.vgae.config": "vgae"}),
    "sketch_flow_small": Recipe("sketch", "sketch_flow_small", SKETCHES),
    "sketch_distill_clip": Recipe(
        "sketch", "sketch_distill_clip", {**SKETCHES, "image_dir": "{photos}", "train_dataloader.batch_size": 6},
        {
            SEEN: "clip", "model.losses.clip_cosine.encoder.trained.config": "clip",
            "custom_hooks.InitialWeightsHook.source.config": "image",
        },
    ),
    "scene_forward_small": Recipe("scene", "scene_forward_small", SCENES),
    "scene_inverse_small": Recipe(
        "scene", "scene_inverse_small", {**SCENES, "custom_hooks.LossWarmupHook.warmup": dict(image=dict(begin=0, length=1))},
        {"proxy.config": "proxy"},
    ),
    "phase1_quick_test": Recipe("latent", "phase1_quick_test", {"num_sentences": 200}),
    "minigpt": Recipe("text", "minigpt", {"text_file": "{root}/text.txt"}),
}  # fmt: skip


class Stopped(Exception):
    """Enough steps were seen."""


class Clock:
    """CPU seconds by phase; a phase inside another is not counted in it."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self._stack, self._at = [REST], time.process_time()

    @contextlib.contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Count what stands inside as ``name``."""
        self._switch()
        self._stack.append(name)
        try:
            yield
        finally:
            self._switch()
            self._stack.pop()

    def clear(self) -> dict[str, float]:
        """Begin anew, in the middle of whatever runs; returns what was counted."""
        self._switch()
        counted, self.spent = dict(self.spent), Counter()
        return counted

    def _switch(self) -> None:
        now = time.process_time()
        self.spent[self._stack[-1]] += now - self._at
        self._at = now

    def watch(self, owner: object, method: str, name: str) -> None:
        """Count the calls of an object's method as ``name``."""
        inner = getattr(owner, method)
        setattr(owner, method, self.around(inner, name))

    def around(self, inner: Callable, name: str) -> Callable:
        """``inner``, its calls counted as ``name``."""

        def timed(*args, **kwargs):
            with self.phase(name):
                return inner(*args, **kwargs)

        return timed


class WatchHook(Hook):
    """Puts a clock around an engine's calls, then has PyTorch profile some steps, then ends the run.

    Args:
        clock: counts the phases.
        steps: to time.
    """

    priority = "LOWEST"

    def __init__(self, clock: Clock, steps: int) -> None:
        self.clock, self.steps = clock, steps
        self.operators: list[tuple[str, float]] = []
        self.shares: dict[str, float] = {}

    def before_train(self, runner) -> None:
        learner, clock = runner.learner, self.clock
        clock.watch(learner.network, "prepare", "forward")
        clock.watch(learner.network, "forward", "forward")
        for loss in learner.losses.values():
            clock.watch(loss, "forward", "losses")
        if learner.distillation is not None:
            clock.watch(learner.distillation, "forward", "distillation")
        clock.watch(runner.optim_wrapper, "step", "optimizer")
        clock.watch(runner, "call_hook", "hooks")
        _watch_batches(runner.train_dataloader, clock)

    def before_train_iter(self, runner, batch_idx, data_batch=None) -> None:
        number = runner.iter
        if number == WARM:
            self.clock.clear()
        if number == WARM + self.steps:
            self.shares = self.clock.clear()
            self._profile = torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU])
            self._profile.start()
        if number == WARM + self.steps + PROFILED:
            self._profile.stop()
            self.operators = _largest(self._profile)
            raise Stopped


def _watch_batches(stream, clock: Clock) -> None:
    original = stream.iterate

    def iterate(*args, **kwargs):
        fetched, end = original(*args, **kwargs), object()
        fetch = clock.around(lambda: next(fetched, end), "data")
        while (iteration := fetch()) is not end:
            yield iteration

    stream.iterate = iterate


def _largest(profile, count: int = 3) -> list[tuple[str, float]]:
    found = sorted(profile.key_averages(), key=lambda event: -event.self_cpu_time_total)
    whole = sum(event.self_cpu_time_total for event in found)
    return [(event.key.removeprefix("aten::"), event.self_cpu_time_total / whole) for event in found[:count]]


def ratios(quick: bool = False) -> list[dict]:
    """A row a config: the share of each of ``PHASES``, and ``operators`` with their shares of all operators' time."""
    os.environ.setdefault("KINETO_LOG_LEVEL", "99")
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
        work = Workshop(Path(folder))
        return [work.profiled(name, QUICK_STEPS if quick else STEPS) for name in STEPPED]


class Workshop:
    """Makes data and companions when they are first asked for.

    Args:
        root: a folder for them.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "text.txt").write_text((ROOT / "ARCHITECTURE.md").read_text())

    def profiled(self, name: str, steps: int) -> dict:
        """The row of a config."""
        watch = WatchHook(Clock(), steps)
        with mock.patch.object(torch.Tensor, "backward", watch.clock.around(torch.Tensor.backward, "backward")):
            self._train(STEPPED[name], self.root / "runs" / f"{name}_profiled", WARM + steps + PROFILED + 1, watch)
        whole = sum(watch.shares.values())
        shares = {phase: watch.shares.get(phase, 0.0) / whole for phase in PHASES}
        words = ", ".join(f"{operator} {share:.0%}" for operator, share in watch.operators)
        return {"config": name, **shares, "operators": words}

    def _companion(self, name: str) -> str:
        folder = self.root / "runs" / name
        if not (folder / "result.json").exists():
            self._train(COMPANIONS[name], folder, 1)
        return str(folder / "config.py")

    def _train(self, recipe: Recipe, folder: Path, iterations: int, watch: WatchHook | None = None) -> None:
        options = {
            "train_cfg.max_epochs": None, "train_cfg.max_iters": iterations, "default_hooks.checkpoint.by_epoch": False,
            "default_hooks.checkpoint.interval": 1_000_000, "work_dir": str(folder), "work_root": str(self.root / "runs"),
            **self._filled(recipe),
        }  # fmt: skip
        runner = EngineRunner.from_experiment(load_config(ROOT / "configs" / f"{recipe.config}.py", options))
        if watch:
            runner.register_hook(watch)
        with contextlib.suppress(Stopped), contextlib.closing(runner):
            runner.train()

    def _filled(self, recipe: Recipe) -> dict:
        fixed = {} if recipe.config == "dqn_fusion" else ALONE
        places = {name: str(self._data(name)) for name in recipe.data() if name in MAKERS}
        places["root"] = str(self.root)
        own = {
            key: value.format(**places) if isinstance(value, str) else value for key, value in recipe.options.items()
        }
        return {**fixed, **own, **{option: self._companion(name) for option, name in recipe.companions.items()}}

    def _data(self, name: str) -> Path:
        folder = self.root / name
        return folder if folder.exists() else MAKERS[name](self.root)


def benchmark() -> list[dict]:
    """The rows of ``ratios``, at full length."""
    return ratios()
