"""Whether a value from a config fits the annotation of the argument it is for."""

import inspect
import types
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from inspect import Parameter
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import ConfigDict, Strict, TypeAdapter, ValidationError

from .problems import did_you_mean, listed

SCALARS = (int, float, bool, str, type(None))
UNIONS = (Union, types.UnionType)
SEQUENCES = (list, tuple, Sequence, Iterable)
MAPPINGS = (dict, Mapping)


def mismatch(value, annotation) -> str | None:
    """Why ``value`` does not fit ``annotation``, or None where it does or the annotation is not a plain one.

    Numbers are strict (a bool is no int, text is no number), an int may stand for a float, and lists and tuples for each other.
    """
    if annotation in (Parameter.empty, Any):
        return None
    adapter = _adapter(_without_foreign(annotation, value))
    if adapter is None:
        return None
    try:
        adapter.validate_python(value)
    except ValidationError:
        return f"got {value!r} ({type(value).__name__}), expected {_expected(value, annotation)}"
    return None


def _without_foreign(annotation, value):
    """A union without its members that no config can hold, for a scalar value: ``float | Tensor`` is then ``float``."""
    if get_origin(annotation) not in UNIONS or not isinstance(value, SCALARS):
        return annotation
    members = [str if member is Path else member for member in get_args(annotation)]
    plain = [member for member in members if _strict(member) is not None]
    # None alone says nothing: ``Callable | None`` may well be given by a name.
    return Union[tuple(plain)] if set(plain) - {type(None)} else annotation  # noqa: UP007


@cache
def _adapter(annotation) -> TypeAdapter | None:
    strict = _strict(annotation)
    return None if strict is None else TypeAdapter(strict, config=ConfigDict(strict=True))  # type: ignore[arg-type]


def _strict(annotation):
    """What pydantic is to check for a plain annotation; None where it is not plain."""
    origin, args = get_origin(annotation), get_args(annotation)
    if annotation in SCALARS or annotation is Any or origin is Literal:
        return annotation
    kind = origin or annotation
    if kind not in (*UNIONS, *SEQUENCES, *MAPPINGS):
        return None
    if not args:
        return dict if kind in MAPPINGS else Sequence[Any]
    members = [_strict(arg) for arg in args if arg is not Ellipsis]
    if None in members:
        return None
    if origin in UNIONS:
        return Union[tuple(members)]  # noqa: UP007
    if origin in MAPPINGS:
        return dict[members[0], members[1]]
    if origin is tuple and Ellipsis not in args:
        # Only the container is lenient, so that a list may stand for the tuple.
        return Annotated[tuple[tuple(members)], Strict(False)]
    return Sequence[members[0]]


def _expected(value, annotation) -> str:
    choices = _choices(annotation)
    if not choices:
        return _written(annotation)
    names = [choice for choice in choices if isinstance(choice, str)]
    return f"one of {listed(choices)}." + (did_you_mean(value, names) if isinstance(value, str) else "")


def _written(annotation) -> str:
    """A type as an annotation; versions of Python differ in how they write unions."""
    if get_origin(annotation) in UNIONS:
        return " | ".join("None" if member is type(None) else _written(member) for member in get_args(annotation))
    return inspect.formatannotation(annotation).replace("collections.abc.", "")


def _choices(annotation) -> tuple:
    """The values of a ``Literal``, alone or within a union."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    if get_origin(annotation) in UNIONS:
        return tuple(choice for member in get_args(annotation) for choice in _choices(member))
    return ()
