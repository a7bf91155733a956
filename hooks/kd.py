"""Knowledge distillation: a hook and a teacher's config."""

import inspect
from typing import Any

import torch
from mmengine.hooks import Hook
from torch import Tensor, nn

from ..registry import HOOKS, LOSSES
from .teacher_answers import names_read, teacher_answers


class Distillation(nn.Module):
    """The distillation terms of one student: every loss against every teacher.

    Args:
        teachers: frozen networks. Held in a plain list, so that nothing of them reaches the student's state.
        losses: name -> distillation loss, with whatever projections it bound.
        alpha: share of the distillation term in the total.

    Attributes:
        answers: of each teacher, its outputs for all training samples, name -> (n, ...); None where it is asked at every step.
    """

    def __init__(self, teachers: list[nn.Module], losses: nn.ModuleDict, alpha: float) -> None:
        super().__init__()
        self._teachers = [teachers]
        self.losses = losses
        self.alpha = alpha
        self.answers: list[dict[str, Tensor]] | None = None

    @property
    def teachers(self) -> list[nn.Module]:
        """The teachers."""
        return self._teachers[0]

    def forward(self, outputs: dict, batch: dict) -> dict[str, Tensor]:
        """``kd``, the sum of the losses averaged over teachers, and each loss under ``kd_<name>``.

        With alpha = 0 the terms are measured but not differentiated, so that the student's step is that of a run without them.
        """
        with torch.set_grad_enabled(torch.is_grad_enabled() and self.alpha != 0):
            terms = self._terms(outputs, batch)
            total = torch.stack(list(terms.values())).sum()
        return {"kd": total, **({f"kd_{name}": term for name, term in terms.items()} if len(terms) > 1 else {})}

    def _terms(self, outputs: dict, batch: dict) -> dict[str, Tensor]:
        sums: dict[str, Tensor] = {}
        for number in range(len(self.teachers)):
            taught = {f"teacher.{name}": value for name, value in self._taught(number, batch).items()}
            for key, loss in self.losses.items():
                name, _, index = key.rpartition("@")
                if int(index) == number:
                    value = loss.weight * loss({**outputs, **taught}, batch) / len(self.teachers)
                    sums[name] = sums[name] + value if name in sums else value
        return sums

    @torch.no_grad()
    def _taught(self, number: int, batch: dict) -> dict[str, Tensor]:
        if self.answers is None:
            return self.teachers[number](batch)
        return {name: column[batch["index"].to(column.device)] for name, column in self.answers[number].items()}

    def _apply(self, fn, recurse: bool = True):
        for teacher in self.teachers:
            teacher._apply(fn, recurse)
        return super()._apply(fn, recurse)


@HOOKS.register_module()
class KDHook(Hook):
    """Adds the loss ``kd`` and makes the total ``alpha * kd + (1 - alpha) * task``.

    Without the hook, or with alpha = 0, the student's weights are the same, bit for bit. (In torchdistill alpha weighs the task.)

    Args:
        teacher: ``dict(config=..., checkpoint="auto")``, or a list of them; the terms are averaged over teachers.
        temperature: softens the logits of losses that have a temperature (Hinton et al., 2015).
        alpha: share of distillation in the total, in [0, 1].
        losses: name -> config of a distillation loss; the student network's own choice by default.
        floor: metric -> value at or below which a teacher is refused; the validation metrics' own idea of chance by default.
        measure_teacher: measure every teacher on the validation data before training.
        cache_dir: ask the teachers once about every training sample, in evaluation mode and float32, and keep the answers there,
            named by the digests of data and weights. For data that is the same each time and outputs with one row a sample.
            None asks them at every step.
    """

    priority = "NORMAL"
    only_once = "it would replace the first one's teachers; name them all in one hook, teacher=[dict(...), dict(...)]"

    def __init__(
        self, teacher: dict | list[dict], temperature: float = 4.0, alpha: float = 0.7, losses: dict | None = None,
        floor: dict | None = None, measure_teacher: bool = True, cache_dir: str | None = None,
    ) -> None:  # fmt: skip
        if not 0 <= alpha <= 1:
            raise ValueError(f"KDHook.alpha: got {alpha}, expected a number in [0, 1]")
        if temperature <= 0:
            raise ValueError(f"KDHook.temperature: got {temperature}, expected a positive number")
        self.teacher = [teacher] if isinstance(teacher, dict) else list(teacher)
        self.temperature, self.alpha, self.losses = temperature, alpha, losses
        self.floor, self.measure_teacher, self.cache_dir = floor, measure_teacher, cache_dir

    def before_wrap_model(self, runner) -> None:
        """Build teachers and losses, and hang them on the learner before DDP and the optimizer see it.

        Raises:
            ValueError: the network cannot be distilled; says why.
        """
        student = runner.learner.network
        if student.kd_refusal:
            raise ValueError(f"KDHook: {type(student).__name__} cannot be distilled: {student.kd_refusal}")
        # The student's random stream must be the one it has without distillation.
        with torch.random.fork_rng():
            teachers = [runner.build_companion(cfg) for cfg in self.teacher]
            losses = nn.ModuleDict()
            for number, teacher in enumerate(teachers):
                losses.update(self._losses_for(student, teacher.network, number))
        distillation = Distillation(teachers, losses, self.alpha)
        distillation.requires_grad_(self.alpha != 0)
        runner.learner.distillation = distillation

    def _losses_for(self, student: Any, teacher: Any, number: int) -> dict[str, nn.Module]:
        built = {}
        for name, cfg in (self.losses or student.distillation).items():
            loss = LOSSES.build(self._with_temperature(dict(cfg)))
            if hasattr(loss, "bind"):
                loss.bind(student, teacher)
            built[f"{name}@{number}"] = loss
        return built

    def _with_temperature(self, cfg: dict) -> dict:
        if "temperature" in inspect.signature(LOSSES.get(cfg["type"])).parameters:
            cfg.setdefault("temperature", self.temperature)
        return cfg

    def before_run(self, runner) -> None:
        """Ask the teachers about all training samples, where that is wanted.

        Raises:
            ValueError: their answers cannot be kept; says why.
        """
        if self.cache_dir is None:
            return
        learner = runner.learner
        if learner.network.prepares:
            raise ValueError(
                f"KDHook.cache_dir: {type(learner.network).__name__} draws {', '.join(learner.network.prepares)} anew at each "
                "step, which its teachers must see; take cache_dir out"
            )
        distillation, names = learner.distillation, names_read(list(learner.distillation.losses.values()))
        for teacher in distillation.teachers:
            runner.check_companion(teacher)
        dataset, device = runner.train_loop.dataloader.dataset, next(learner.parameters()).device
        distillation.answers = [
            teacher_answers(teacher, dataset, names, self.cache_dir, device, runner.logger.info)
            for teacher in distillation.teachers
        ]

    def before_train(self, runner) -> None:
        """Measure the teachers, so that one that never learned is noticed now and not at the end.

        Raises:
            ValueError: a teacher is at chance on the validation data.
        """
        if not self.measure_teacher or runner.val_loop is None:
            return
        learner = runner.learner
        for cfg, teacher in zip(self.teacher, learner.distillation.teachers):
            metrics = runner.val_loop.evaluate(_prediction(learner, teacher))
            runner.teacher_metrics[cfg["config"]] = metrics
            shown = "  ".join(f"{name} {value:.4g}" for name, value in metrics.items() if isinstance(value, float))
            runner.logger.info(f"teacher {cfg['config']} on the validation data: {shown}")
            self._refuse_chance(runner, cfg["config"], metrics)

    def _refuse_chance(self, runner, name: str, metrics: dict) -> None:
        floors = self.floor
        if floors is None:
            floors = {}
            for metric in runner.val_loop.evaluator.metrics:
                prefix = f"{metric.prefix}/" if metric.prefix else ""
                floors.update({prefix + key: value for key, value in getattr(metric, "floors", {}).items()})
        for key, least in floors.items():
            if key in metrics and metrics[key] <= least:
                raise ValueError(
                    f"KDHook: the teacher {name} is at chance: {key} is {metrics[key]:.3f}, expected above {least}. "
                    "Train it longer, or check that its data and checkpoint are the right ones."
                )


def _prediction(learner: Any, teacher: Any):
    """The teacher's ``predict`` of a batch as the loader gives it: on the learner's device."""

    def predict(batch: dict) -> dict:
        return teacher.predict(learner.data_preprocessor(batch))

    return predict
