"""Grids and their points."""

import pytest

from stillhouse.engine.errors import ConfigError
from stillhouse.engine.sweep.grid import parse_grid, points, short_names, split


def test_every_combination_the_last_key_fastest():
    found = points(parse_grid(["a.lr=1e-3,1", "b.KDHook.losses={'x': [1, 2]},None"]))
    assert [point.options for point in found] == [
        {"a.lr": 1e-3, "b.KDHook.losses": {"x": [1, 2]}}, {"a.lr": 1e-3, "b.KDHook.losses": None},
        {"a.lr": 1, "b.KDHook.losses": {"x": [1, 2]}}, {"a.lr": 1, "b.KDHook.losses": None},
    ]  # fmt: skip
    assert found[1].label == "lr=1e-3 losses=None"


def test_an_empty_grid_is_the_config_as_it_is():
    assert [(point.options, point.label) for point in points(parse_grid([]))] == [({}, "")]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("1, 2", ["1", "2"]),
        ("(1,2),3", ["(1,2)", "3"]),
        ("'a,b',c", ["'a,b'", "c"]),
        ("{'k)': 1},x", ["{'k)': 1}", "x"]),
    ],
)
def test_commas_inside_brackets_and_quotes_stay(text: str, parts: list[str]):
    assert split(text) == parts


def test_names_are_as_short_as_they_can_be():
    assert short_names(["a.x.lr", "b.x.lr", "c.decay", "lr"]) == ["a.x.lr", "b.x.lr", "decay", "lr"]


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        (["a"], "--grid 'a': expected key=value,value"),
        (["a=1,,2"], "--grid 'a=1,,2': expected key=value,value"),
        (["=1"], "--grid '=1': expected key=value,value"),
        (["a=1", "a=2"], "--grid a: is given twice"),
        (["a=1,2,1"], "--grid a: holds 1 more than once"),
    ],
)
def test_refusals(axes: list[str], message: str):
    with pytest.raises(ConfigError) as refused:
        parse_grid(axes)
    assert message in str(refused.value)
