"""A value made to fit a parameter: the nearest that is allowed, and whether that is another one."""

import math
from numbers import Integral, Real

from .parameter import Parameter, Value

# Beyond it the fraction of a turn is lost in rounding: such an angle is clamped.
_MOST_WRAPPED = 1e6


def fit(value: object, of: Parameter) -> tuple[Value, str | None]:
    """The nearest value that a parameter allows, and what was expected if that is another value.

    Args:
        value: anything.
        of: the parameter.

    Returns:
        the value in the parameter's own type, and None or a few words.
    """
    if of.kind == "boolean":
        return _boolean(value, of)
    if of.kind == "categorical":
        return _category(value, of)
    if of.kind == "fixed":
        return of.default, None if value == of.default else f"{of.default} (it is fixed)"
    return _number(value, of)


def _number(value: object, of: Parameter) -> tuple[Value, str | None]:
    expected = f"{'an integer' if of.kind == 'integer' else 'a number'} in [{of.low:g}, {of.high:g}]"
    if isinstance(value, bool) or not isinstance(value, Real) or value != value:
        return of.default, expected
    plain = int(value) if isinstance(value, Integral) else float(value)
    if of.periodic and of.high < abs(plain) < _MOST_WRAPPED:
        return math.remainder(plain, 2 * math.pi), expected
    kept = min(max(plain, of.low), of.high)
    if of.kind == "integer":
        return round(kept), None if round(kept) == plain else expected
    return float(kept), None if kept == plain else expected


def _boolean(value: object, of: Parameter) -> tuple[bool, str | None]:
    if isinstance(value, Real) and value == value:
        return bool(value), None if value in (0, 1) else "true or false"
    return bool(of.default), "true or false"


def _category(value: object, of: Parameter) -> tuple[Value, str | None]:
    expected = f"one of {', '.join(map(str, of.choices))}"
    if isinstance(value, str) and of.name == "color":
        return _color(value, of, expected)
    if isinstance(value, (str, Real)) and not isinstance(value, bool):
        same = [choice for choice in of.choices if choice == value]
        if same:
            return same[0], None
        if isinstance(value, Real) and value == value and not isinstance(of.choices[0], str):
            return min(of.choices, key=lambda choice: abs(choice - value)), expected  # type: ignore[operator]
    return of.default, expected


def _color(value: str, of: Parameter, expected: str) -> tuple[Value, str | None]:
    written = f"#{value.removeprefix('#').upper()}"
    if written in of.choices:
        return written, None
    rgb = _rgb(written)
    if rgb is None:
        return of.default, expected
    return min(of.choices, key=lambda choice: math.dist(rgb, _rgb(str(choice)) or rgb)), expected


def _rgb(color: str) -> tuple[int, ...] | None:
    """``#RRGGBB`` or ``#RGB`` as three numbers in [0, 255], None where it is neither."""
    digits = color[1:]
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    if len(digits) != 6 or not set(digits) <= set("0123456789ABCDEF"):
        return None
    return tuple(bytes.fromhex(digits))


def words(value: object) -> str:
    """A value as it may stand in a message: short, on one line."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
