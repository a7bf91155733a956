"""What is crossed: each network, with distillation and without, under each way to train it."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stillhouse.engine.config import Experiment
from stillhouse.engine.launch import without_distillation, without_monitors

from .recipes import RECIPES, small

STEPS = 2
DISTILLATIONS = {"no KD": 0, "KD": 1, "two teachers": 2}  # name -> teachers
RANKS = 2


@dataclass(frozen=True)
class Case:
    """One cell of the table.

    Args:
        network: its architecture, a key of ``RECIPES``.
        distillation: a key of ``DISTILLATIONS``.
        setting: a key of ``SETTINGS``.
    """

    network: str
    distillation: str = "no KD"
    setting: str = "plain"

    @property
    def name(self) -> str:
        """For messages and records."""
        return f"{self.network}, {self.distillation}, {self.setting}"

    @property
    def processes(self) -> int:
        """How many train together."""
        return RANKS if self.setting in ("DDP", "FSDP2", "together") else 1

    @property
    def reference(self) -> "Case":
        """The case to compare with: of cut weights the one of whole weights in as many processes, of others the plain one."""
        return Case(self.network, self.distillation, "DDP" if self.setting == "FSDP2" else "plain")


def _plain(cfg: Any) -> None:
    """Nothing of what is crossed, whatever the shipped config has of it."""
    cfg.custom_hooks = [hook for hook in cfg.get("custom_hooks") or [] if hook["type"] != "EMAHook"]
    cfg.optim_wrapper.accumulative_counts, cfg.optim_wrapper.precision = 1, "fp32"
    cfg.compile = False


def _averaged(cfg: Any) -> None:
    cfg.custom_hooks = [*cfg.custom_hooks, dict(type="EMAHook", decay=0.9)]


def _accumulating(cfg: Any) -> None:
    cfg.optim_wrapper.accumulative_counts = 2


def _in_bf16(cfg: Any) -> None:
    cfg.optim_wrapper.precision = "bf16"


def _compiled(cfg: Any) -> None:
    cfg.compile = True


def _cut(cfg: Any) -> None:
    cfg.model_wrapper_cfg = dict(type="FSDP2")


def _together(cfg: Any) -> None:
    for change in (_averaged, _accumulating, _in_bf16):
        change(cfg)


SETTINGS: dict[str, Callable[[Any], None]] = {
    "plain": lambda cfg: None,
    "EMA": _averaged,
    "accumulation": _accumulating,
    "AMP": _in_bf16,
    "compile": _compiled,
    "DDP": lambda cfg: None,
    "FSDP2": _cut,
    "together": _together,
}


def every_case() -> list[Case]:
    """The whole cross, a network's cells one after the other."""
    return [
        Case(network, distillation, setting)
        for network in RECIPES for distillation in DISTILLATIONS for setting in SETTINGS
    ]  # fmt: skip


def experiment_of(case: Case, root: Path) -> Experiment:
    """The config of a case, on generated data and trained companions below ``root``."""
    recipe = RECIPES[case.network]
    experiment = shortened(small(recipe.config, root), folder_of(case, root))
    teachers = [teacher_of(case.network, number, root) for number in range(DISTILLATIONS[case.distillation])]
    experiment = distilled(experiment, teachers, recipe.losses)
    _plain(experiment.cfg)
    SETTINGS[case.setting](experiment.cfg)
    return experiment


def folder_of(case: Case, root: Path) -> Path:
    """Where a case runs."""
    return root / "cases" / slug(case.name)


def slug(name: str) -> str:
    """A name as a folder's."""
    return "".join(letter if letter.isalnum() else "_" for letter in name)


def shortened(experiment: Experiment, folder: Path | None = None) -> Experiment:
    """Two steps and a validation, without what watches a metric or writes pictures."""
    experiment = without_monitors(experiment)
    cfg: Any = experiment.cfg
    if folder is not None:
        cfg.work_dir = str(folder)
    cfg.visualizer = None
    cfg.train_cfg = dict(type="TrainLoop", max_iters=STEPS, val_interval=STEPS)
    cfg.default_hooks.checkpoint = dict(type="CheckpointHook", interval=1, by_epoch=False, max_keep=1)
    for hook in cfg.get("custom_hooks") or []:
        if hook["type"] == "KDHook":
            hook.measure_teacher = False  # after two steps every teacher is at chance
    return experiment


def distilled(experiment: Experiment, teachers: list[dict], losses: dict | None) -> Experiment:
    """The config with these teachers; what it says of distillation else is kept.

    Args:
        experiment: a config with a ``KDHook`` or without.
        teachers: ``dict(config=..., checkpoint=...)`` of each; none takes the hook out.
        losses: of the hook where the config has none.
    """
    if not teachers:
        return without_distillation(experiment)
    cfg = copy.deepcopy(experiment.cfg)
    hooks = [dict(hook) for hook in cfg.get("custom_hooks") or []]
    if not any(hook["type"] == "KDHook" for hook in hooks):
        hooks.append(dict(type="KDHook", measure_teacher=False, **({"losses": losses} if losses else {})))
    for hook in hooks:
        if hook["type"] == "KDHook":
            hook["teacher"] = teachers[0] if len(teachers) == 1 else teachers
    cfg.custom_hooks = hooks
    return replace(experiment, cfg=cfg)


def teacher_of(network: str, number: int, root: Path) -> dict:
    """The reference to a network's n-th teacher, trained or not."""
    folder = root / "teachers" / slug(f"{RECIPES[network].taught_by} {number}")
    return dict(config=f"configs/{RECIPES[network].taught_by}.py", checkpoint=str(folder / f"iter_{STEPS}.pth"))
