"""How a search is made: its stages' budgets, from a config and from flags."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args, get_type_hints

from ...registry import nearest
from ..config import load_config
from .errors import SearchError

Measure = Literal["foreground", "l1", "lpips", "lpips-random"]
Gradient = Literal["renderer", "proxy", "none"]
CONFIG = "configs/scene_search.py"


@dataclass(frozen=True)
class Settings:
    """Budgets and choices; an evaluation is one scene rendered.

    Attributes:
        size: side in pixels of the images that are compared.
        measure: what is made small, see ``objective.MEASURES``.
        screening: evaluations of different configurations.
        gradient: what gives gradients: the renderer, a trained proxy of it, or nothing, which leaves the stage out.
        steps: of the gradient, each of one scene; the members of the stage share them.
        members: scenes with which the gradient's stage begins.
        lr: of the gradient's steps, in units of a parameter's range.
        evaluations: of the evolution.
        population: scenes of a generation; None for the customary size.
        spread: standard deviation of the evolution's first generation, in units of a parameter's range.
        seconds: for everything together; the result then depends on the machine. None sets no limit.
        seed: of all random draws, at least 0.
    """

    size: int = 128
    measure: Measure = "foreground"
    screening: int = 100
    gradient: Gradient = "renderer"
    steps: int = 300
    members: int = 4
    lr: float = 0.02
    evaluations: int = 500
    population: int | None = None
    spread: float = 0.02
    seconds: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        for field, hint in get_type_hints(type(self)).items():
            _check(field, getattr(self, field), hint)

    def changed(self, changes: Mapping[str, Any]) -> "Settings":
        """With other values where ``changes`` has one that is not None.

        Raises:
            SearchError: an unknown name, or a value out of range.
        """
        known = [field.name for field in fields(self)]
        for name in changes:
            if name not in known:
                near = nearest(name, known) or known
                raise SearchError(f"search.{name}: no such setting; meant {', '.join(near)}?")
        return Settings(**{**asdict(self), **{name: value for name, value in changes.items() if value is not None}})


LEAST = {
    "size": 8, "screening": 1, "steps": 0, "members": 1, "evaluations": 0, "population": 4, "seed": 0,
    "lr": 0.0, "spread": 0.0, "seconds": 0.0,
}  # fmt: skip
ABOVE = ("lr", "spread", "seconds")  # the least itself is not allowed


def from_config(path: str = CONFIG) -> Settings:
    """The ``search`` of a config file.

    Raises:
        ConfigError: the file cannot be read.
        SearchError: it has no ``search``, or one with a value that is not allowed.
    """
    found = load_config(path).cfg.to_dict().get("search")
    if not isinstance(found, Mapping):
        raise SearchError(f"{path}: has no search = dict(...), expected one as in {CONFIG}")
    return Settings().changed(found)


def _check(name: str, value: Any, hint: Any) -> None:
    """Refuse a value of another kind or out of range."""
    choices = get_args(hint) if name in ("measure", "gradient") else None
    if choices is not None:
        if value not in choices:
            raise SearchError(f"search.{name}: got {value!r}, expected one of {', '.join(choices)}")
        return
    if value is None and type(None) in get_args(hint):
        return
    whole = hint is int or int in get_args(hint)
    fits = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
    if not fits or not _in_range(name, value):
        expected = (
            f"{'a whole number' if whole else 'a number'} {'above' if name in ABOVE else 'of at least'} {LEAST[name]}"
        )
        raise SearchError(f"search.{name}: got {value!r}, expected {expected}")


def _in_range(name: str, value: Any) -> bool:
    return LEAST[name] <= value < float("inf") and not (name in ABOVE and value == LEAST[name])
