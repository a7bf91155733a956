"""Run one case for two steps, and look at what came of it."""

import hashlib
import json
import math
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from mmengine.hooks import Hook
from torch import nn

from stillhouse.engine.checkpoint import chosen, read_checkpoint
from stillhouse.engine.runner import EngineRunner
from stillhouse.engine.sharding import gathered, is_sharded

from .cases import DISTILLATIONS, STEPS, Case, experiment_of, folder_of


@dataclass
class Found:
    """What two steps led to.

    Args:
        loss: of the first step.
        weights: digest of the network's weights after the last.
        faults: what is not as it should be.
    """

    loss: float = math.nan
    weights: str = ""
    faults: list[str] = field(default_factory=list)


class EveryStep(Hook):
    """Keeps the loss terms of every step, and of how many parts each was."""

    priority = "LOWEST"

    def __init__(self) -> None:
        self.terms: list[dict[str, float]] = []
        self.parts: list[int] = []

    def after_train_iter(self, runner, batch_idx: int, data_batch=None, outputs: dict | None = None) -> None:
        """Read the terms off the device."""
        self.terms.append({name: float(value) for name, value in (outputs or {}).items()})
        self.parts.append(len(data_batch or ()))


def two_steps(case: Case, root: Path, launcher: str = "none") -> Found:
    """Train a checked case whose companions and teachers are there; one validation batch and a checkpoint belong to it.

    Args:
        case: of the cross.
        root: its folder.
        launcher: ``pytorch`` where this process is one of several.

    """
    experiment = experiment_of(case, root)
    if case.setting == "compile":
        _draw_as_without_compiling()
    runner = EngineRunner.from_experiment(experiment, launcher=launcher)
    try:
        if runner._val_loop is not None:
            runner._val_loop = runner.build_val_loop(runner._val_loop)
            runner.val_loop.dataloader.limit = 1
        steps, before = EveryStep(), digest(runner.learner.network)
        runner.register_hook(steps)
        runner.train()
        return _judged(case, runner, steps, before)
    finally:
        runner.close()


def _draw_as_without_compiling() -> None:
    """Compiled code draws its random numbers in its own way, and its losses could not be compared."""
    import torch._inductor.config

    torch._inductor.config.fallback_random = True


def digest(network: nn.Module) -> str:
    """Of all weights and buffers, so that equal ones can be told; of cut ones every process must ask."""
    found = hashlib.sha256()
    for name, value in sorted(gathered(network.state_dict(), keep=True).items()):
        found.update(name.encode())
        found.update(value.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
    return found.hexdigest()[:16]


def _judged(case: Case, runner: Any, steps: EveryStep, before: str) -> Found:
    learner = runner.learner
    found = Found(steps.terms[0]["loss"], digest(learner.network))
    if len(steps.terms) != STEPS:
        found.faults.append(f"{len(steps.terms)} steps were taken, expected {STEPS}")
    for number, terms in enumerate(steps.terms, start=1):
        odd = [f"{name} is {value}" for name, value in terms.items() if not math.isfinite(value)]
        found.faults += [f"step {number}: {text}" for text in odd]
    if found.weights == before:
        found.faults.append("no weight has moved")
    if not all(torch.isfinite(weight).all() for weight in gathered(list(learner.parameters()), keep=True)):
        found.faults.append("a weight is not finite")
    found.faults += _distillation_faults(case, learner, steps) + _setting_faults(case, runner, steps)
    return found


def _distillation_faults(case: Case, learner: Any, steps: EveryStep) -> list[str]:
    wanted = DISTILLATIONS[case.distillation]
    teachers = len(learner.distillation.teachers) if learner.distillation is not None else 0
    faults = [] if teachers == wanted else [f"{teachers} teachers are there, expected {wanted}"]
    if bool(wanted) != ("kd" in steps.terms[0]):
        faults.append(f"the terms are {', '.join(steps.terms[0])}")
    return faults


def _setting_faults(case: Case, runner: Any, steps: EveryStep) -> list[str]:
    """Whether what the setting asks for has happened."""
    several = case.setting in ("accumulation", "together")
    averaged = case.setting in ("EMA", "together")
    expected = {
        "parts of a step": (steps.parts[0], 2 if several else 1),
        "cut": (is_sharded(runner.model), case.setting == "FSDP2"),
        "processes": (runner.world_size, case.processes),
        "compiled": (runner.learner.network._compiled_call_impl is not None, case.setting == "compile"),
        "averaged": (_holds_average(runner), averaged) if runner.rank == 0 else (averaged, averaged),
        "precision": (runner.optim_wrapper.precision, "bf16" if case.setting in ("AMP", "together") else "fp32"),
    }
    return [f"{name}: got {got}, expected {wanted}" for name, (got, wanted) in expected.items() if got != wanted]


def _holds_average(runner: Any) -> bool:
    """Whether the checkpoint is there, can be read, and holds averaged weights that are not the raw ones."""
    content = read_checkpoint(chosen(Path(runner.work_dir)) or Path(runner.work_dir) / "none")
    average, raw = content["ema"], content["state_dict"]
    return average is not None and any(not torch.equal(average[name], raw[name]) for name in raw)


def run_rank(names: list[tuple[str, str, str]], root: str, rank: int, port: int) -> None:
    """Run checked cases one after the other in this process, and leave beside each run what was found.

    Args:
        names: of the cases: network, distillation, setting; all of them train in equally many processes.
        root: folder of the cross.
        rank: of this process among those that train together, from 0.
        port: at which these meet.
    """
    cases, launcher = [Case(*name) for name in names], "none"
    if cases[0].processes > 1:
        launcher = "pytorch"
        os.environ.update(RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE=str(cases[0].processes))
        os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    for case in cases:
        found = two_steps(case, Path(root), launcher)
        (folder_of(case, Path(root)) / f"found_{rank}.json").write_text(json.dumps(asdict(found)))
    if launcher != "none":
        torch.distributed.destroy_process_group()
