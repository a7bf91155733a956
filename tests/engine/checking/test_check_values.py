"""Values against annotations."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, List, Literal, Optional, Union  # noqa: UP035

import pytest
from torch import Tensor

from stillhouse.engine.checking.values import mismatch

FITS = [
    (1, int), (-3, int), (1, float), (1.5, float), (True, bool), ("x", str), (None, int | None), (None, None),
    ([1, 2], list[int]), ((1, 2), list[int]), ([1, 2], Sequence[int]), ([1, 2], tuple[int, ...]), ([], list[int]),
    ([0.9, 1], tuple[float, float]), ((0.9, 0.99), tuple[float, float]), ({"a": 1}, dict), ({"a": 1}, dict[str, int]),
    ({"a": 1}, Mapping[str, float]), (["a"], list), ("a", Literal["a", "b"]), (None, Literal["a"] | None),
    ({"type": "X"}, dict | list[dict]), ([{"type": "X"}], dict | list[dict]), (1e-3, float | Tensor), (5, Any),
    ("x", str | Path), ("relu", Callable | None), ("x", Tensor), ([1], Optional[List[int]]), ([1], List),  # noqa: UP006,UP045
]  # fmt: skip
FAILS = [
    (True, int, "got True (bool), expected int"),
    (True, float, "got True (bool), expected float"),
    (1, bool, "got 1 (int), expected bool"),
    ("1e-3", float, "got '1e-3' (str), expected float"),
    (1.0, int, "got 1.0 (float), expected int"),
    (None, int, "got None (NoneType), expected int"),
    (5, str, "got 5 (int), expected str"),
    (5, str | Path, "got 5 (int), expected str | pathlib"),
    ("ab", Sequence[str], "got 'ab' (str), expected Sequence[str]"),
    (["a"], list[int], "got ['a'] (list), expected list[int]"),
    (5, list[int], "got 5 (int), expected list[int]"),
    ([1, 2, 3], tuple[float, float], "got [1, 2, 3] (list), expected tuple[float, float]"),
    ([True, 2], tuple[float, float], "got [True, 2] (list), expected tuple[float, float]"),
    ("x", float | Tensor, "got 'x' (str), expected float | torch.Tensor"),
    ("x", Union[float, None], "got 'x' (str), expected"),  # noqa: UP007
    ([1], dict, "got [1] (list), expected dict"),
    ({"a": "x"}, dict[str, int], "got {'a': 'x'} (dict), expected dict[str, int]"),
    ("lss", Literal["less", "greater"], "expected one of 'less', 'greater'. Did you mean 'less'?"),
    (5, Literal["less", "greater"] | None, "got 5 (int), expected one of 'less', 'greater'."),
]


@pytest.mark.parametrize(("value", "annotation"), FITS)
def test_fits(value, annotation):
    assert mismatch(value, annotation) is None


@pytest.mark.parametrize(("value", "annotation", "message"), FAILS)
def test_does_not_fit(value, annotation, message):
    assert message in (mismatch(value, annotation) or "")
