"""Which arguments a class or a function takes, followed through ``**kwargs`` into the base classes."""

import ast
import inspect
import textwrap
import typing
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from inspect import Parameter

from torch import nn

NAMED = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)


@dataclass
class Signature:
    """What can be given by name.

    Attributes:
        parameters: name -> parameter, its annotation evaluated.
        open: whether further names are accepted, or nobody can tell.
    """

    parameters: dict[str, Parameter] = field(default_factory=dict)
    open: bool = False

    @property
    def required(self) -> list[str]:
        """Names without a default."""
        return [name for name, parameter in self.parameters.items() if parameter.default is Parameter.empty]

    def default(self, name: str):
        """The default of an argument, or None where it has none."""
        parameter = self.parameters.get(name)
        return None if parameter is None or parameter.default is Parameter.empty else parameter.default


@cache
def signature_of(component: Callable) -> Signature:
    """The named arguments of a class or function."""
    try:
        if inspect.isclass(component):
            return _of_class(component)
        parameters = _parameters(component)
        return Signature({p.name: p for p in parameters if p.kind in NAMED}, _takes_more(parameters))
    except ValueError:
        # Some built-in callables have no signature.
        return Signature(open=True)


def _of_class(cls: type) -> Signature:
    """Constructor after constructor, for as long as each hands its ``**kwargs`` on to the next."""
    found: dict[str, Parameter] = {}
    positional, keywords = 0, set()
    owners = [owner for owner in cls.__mro__ if "__init__" in vars(owner)]
    for owner in owners:
        # Module.__init__ has **kwargs but refuses whatever comes; object takes nothing.
        if owner is nn.Module or owner is object:
            return Signature(found, open=owner is object and len(owners) > 1)
        parameters = _parameters(vars(owner)["__init__"])[1:]
        named = [p for p in parameters if p.kind in NAMED]
        for number, parameter in enumerate(named):
            if number >= positional and parameter.name not in keywords:
                found.setdefault(parameter.name, parameter)
        if not _takes_more(parameters):
            return Signature(found)
        handed_on = _handed_on(vars(owner)["__init__"])
        if handed_on is None:
            return Signature(found, open=True)
        positional, keywords = handed_on
    return Signature(found, open=True)


def _parameters(function: Callable) -> list[Parameter]:
    """The parameters with evaluated annotations; one that cannot be evaluated counts as absent."""
    try:
        hints = typing.get_type_hints(function)
    except Exception:
        # Evaluating a foreign annotation runs foreign code; whatever it raises, the argument is merely not judged.
        hints = {}
    return [
        p.replace(annotation=hints.get(p.name, Parameter.empty if isinstance(p.annotation, str) else p.annotation))
        for p in inspect.signature(function).parameters.values()
    ]


def _takes_more(parameters: list[Parameter]) -> bool:
    return any(p.kind is Parameter.VAR_KEYWORD for p in parameters)


def _handed_on(init: Callable) -> tuple[int, set[str]] | None:
    """How many positional arguments and which keywords ``super().__init__(..., **kwargs)`` adds; None without such a call."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(init)))
    except (OSError, TypeError, SyntaxError):
        return None
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "super().__init__":
            keywords = {keyword.arg for keyword in call.keywords}
            if None in keywords:
                return sum(not isinstance(a, ast.Starred) for a in call.args), {k for k in keywords if k}
    return None
