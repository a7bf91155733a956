"""What hooks and schedules say about the rest of the run: the metrics and losses they name, and the unit they count in."""

from mmengine.runner import Priority, get_priority

from ...registry import HOOKS
from .declared import Names, argument, check_names, known_class
from .metrics import is_reported, metric_names
from .problems import Problems, did_you_mean, listed, shown


def hooks_of(cfg: dict) -> list[tuple[str, dict]]:
    """Every hook's config with its dotted path."""
    default, custom = cfg.get("default_hooks"), cfg.get("custom_hooks")
    named = default.items() if isinstance(default, dict) else ()
    numbered = enumerate(custom) if isinstance(custom, (list, tuple)) else ()
    found = [(f"default_hooks.{name}", hook) for name, hook in named]
    found += [(f"custom_hooks.{number}", hook) for number, hook in numbered]
    return [(path, hook) for path, hook in found if isinstance(hook, dict)]


def check_monitors(problems: Problems, cfg: dict) -> None:
    """Check the metrics that hooks watch against those that validation reports."""
    reported = metric_names(cfg, "val_evaluator")
    for path, hook in hooks_of(cfg):
        component = known_class(HOOKS, hook)
        for name in getattr(component, "metric_args", ()):
            value = argument(component, hook, name)  # type: ignore[arg-type]
            if isinstance(value, str):
                _check_metric(problems, f"{path}.{name}", value, reported, shown(component))


def check_priorities(problems: Problems, cfg: dict) -> None:
    """Check where in the order of calls hooks are put."""
    for path, hook in hooks_of(cfg):
        try:
            get_priority(hook.get("priority", Priority.NORMAL))
        except (KeyError, TypeError, ValueError):
            wanted = f"an int from 0 (called first) to 100, or one of {listed(Priority.__members__)}"
            problems.add(f"{path}.priority", f"got {hook['priority']!r}, expected {wanted}")


def check_loss_names(problems: Problems, cfg: dict) -> None:
    """Check the losses that hooks name, as keys or in a list, against those of the model."""
    model = cfg.get("model")
    losses = model.get("losses") if isinstance(model, dict) else None
    if not isinstance(losses, dict):
        return
    known = Names(tuple(losses), "losses of the model")
    for path, hook in hooks_of(cfg):
        component = known_class(HOOKS, hook)
        for name in getattr(component, "loss_args", ()):
            value = argument(component, hook, name)  # type: ignore[arg-type]
            check_names(problems, f"{path}.{name}", list(value) if isinstance(value, dict) else value, known)


def _check_metric(problems: Problems, path: str, value: str, reported: list[str] | None, owner: str) -> None:
    if reported is None or is_reported(value, reported):
        return
    if not reported:
        problems.add(
            path, f"{owner} watches {value!r}, but the config has no validation; give val_evaluator, or None here"
        )
        return
    hint = did_you_mean(value, reported)
    problems.add(path, f"{owner} watches {value!r}, which is no validation metric; there are {listed(reported)}.{hint}")


def check_schedules(problems: Problems, cfg: dict) -> None:
    """Check that a schedule to be converted to iterations is one that counts epochs."""
    schedules = cfg.get("param_scheduler") or []
    several = isinstance(schedules, (list, tuple))
    for number, schedule in enumerate(schedules if several else [schedules]):
        if isinstance(schedule, dict) and schedule.get("convert_to_iter_based") and not schedule.get("by_epoch", True):
            path = f"param_scheduler.{number}" if several else "param_scheduler"
            problems.add(
                f"{path}.convert_to_iter_based",
                "got True with by_epoch=False, which counts iterations already; take one of the two out",
            )
