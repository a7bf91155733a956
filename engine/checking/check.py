"""Check a whole config, and the configs it names, before anything is built."""

from dataclasses import dataclass, field
from pathlib import Path

from ..companions import Companion, training_order
from ..config import Experiment, read_once, shown
from ..errors import ConfigError
from .components import check_components
from .files import UNNAMED, check_checkpoint, check_data, is_trained, load_companions
from .hooks import check_loss_names, check_monitors, check_priorities, check_schedules, hooks_of
from .keys import check_top_level
from .optimizer import check_optimizer
from .plan import check_plan
from .problems import Problems
from .references import check_references
from .sharding import check_sharding
from .together import check_together


@dataclass
class Seen:
    """What need not be said again: config files that were checked, and data paths that are missing."""

    configs: set[Path] = field(default_factory=set)
    data: set[str] = field(default_factory=set)


def check(experiment: Experiment, companions: bool = True, processes: int = 1) -> list[str]:
    """Everything that is wrong with a config.

    Args:
        experiment: the loaded config.
        companions: whether companions must have been trained; False where missing ones will be.
        processes: how many will train together.

    Returns:
        One line a problem, ``dotted.path: what is wrong, what was expected, the nearest fix``; empty where all is well.
    """
    problems = Problems(experiment.options)
    cfg = experiment.cfg.to_dict()
    with read_once():
        _check_own(problems, experiment, cfg)
        check_together(problems, cfg, processes)
        seen = Seen({experiment.path})
        check_data(problems, experiment, cfg, seen.data)
        readable = _check_companions(problems, experiment, cfg, companions, seen)
        if readable:
            _check_circles(problems, experiment)
    return problems.lines


def require(experiment: Experiment, companions: bool = True, processes: int = 1) -> None:
    """Refuse a config that has problems.

    Args:
        experiment: the loaded config.
        companions: whether companions must have been trained; False where missing ones will be.
        processes: how many will train together.

    Raises:
        ConfigError: holds them all.
    """
    problems = check(experiment, companions, processes)
    if problems:
        raise ConfigError(problems)


def warnings(experiment: Experiment) -> list[str]:
    """What is odd about a config and may still be meant, one line each."""
    cfg = experiment.cfg.to_dict()
    run = cfg.get("run")
    size = run.get("model_size") if isinstance(run, dict) else None
    distilled = any(hook.get("type") == "KDHook" for _, hook in hooks_of(cfg))
    if distilled and size not in (None, "student"):
        return [f"run.model_size: got {size!r} with a KDHook, expected 'student'; is the student's config meant?"]
    return []


def _check_own(problems: Problems, experiment: Experiment, cfg: dict) -> None:
    """What can be said of a config without looking at files."""
    check_top_level(problems, experiment, cfg)
    check_plan(problems, cfg.get("run"))
    check_components(problems, cfg)
    check_schedules(problems, cfg)
    check_references(problems, experiment, cfg)
    check_monitors(problems, cfg)
    check_loss_names(problems, cfg)
    check_priorities(problems, cfg)
    check_sharding(problems, cfg)
    check_optimizer(problems, cfg)


def _check_companions(problems: Problems, experiment: Experiment, cfg: dict, companions: bool, seen: Seen) -> bool:
    """Check the companions' files and configs, each config once; returns whether all configs could be read."""
    before = len(problems.lines)
    loaded = load_companions(problems, experiment, cfg)
    readable = len(problems.lines) == before
    for companion in loaded:
        check_checkpoint(problems, companion, experiment, trained_first=not companions)
        if companion.experiment.path not in seen.configs:
            seen.configs.add(companion.experiment.path)
            readable &= _check_companion(problems, companion, companions, seen)
    return readable


def _check_companion(problems: Problems, companion: Companion, companions: bool, seen: Seen) -> bool:
    """Check a companion's config, its problems under its path; its data must be there where it is still to be trained."""
    other = companion.experiment
    cfg = other.cfg.to_dict()
    own = Problems(other.options)
    _check_own(own, other, cfg)
    if not companions and not is_trained(companion):
        check_data(own, other, cfg, seen.data)
    # A missing checkpoint below it is its own run's concern: the message about the companion says how to train it.
    readable = _check_companions(own, other, cfg, False, seen)
    for line in own.lines:
        path, _, text = line.partition(": ")
        problems.lines.append(f"{shown(other.path)}: {path}: {text}")
    return readable


def _check_circles(problems: Problems, experiment: Experiment) -> None:
    try:
        training_order(experiment)
    except ConfigError as error:
        problems.lines += error.problems
    except UNNAMED:
        return
