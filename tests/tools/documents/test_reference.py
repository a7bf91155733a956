"""The reference says what signatures and docstrings say."""

import inspect
from typing import Literal

import pytest

from stillhouse import registry
from stillhouse.losses import SoftLabels
from stillhouse.tools.documents import reference


class Base:
    """A base.

    Args:
        weight: of it.
    """

    names = ("a", "b")

    def __init__(self, weight: float = 1.0) -> None:
        self.weight = weight


class Sample(Base):
    """What it is.

    Args:
        size: in pixels.
        kind: which.

    Raises:
        ValueError: too small,
            or too large.
    """

    def __init__(self, runner, size: int, kind: Literal["x", "y"] | None = None, weight: float = 1.0, **more) -> None:
        super().__init__(weight)


@pytest.fixture
def shown() -> str:
    return reference.section("Sample", Sample)


def test_the_call_has_every_argument_that_a_config_gives(shown: str):
    assert 'dict(\n    type="Sample",\n    size=...,\n    kind=None,\n    weight=1.0,\n)' in shown
    assert "runner" not in shown


def test_the_table_has_types_defaults_and_meanings_also_of_the_base(shown: str):
    assert "| `size` | `int` | required | in pixels. |" in shown
    assert "| `kind` | `Literal['x', 'y'] | None` | `None` | which. |" in shown
    assert "| `weight` | `float` | `1.0` | of it. |" in shown
    assert "| `**more` |" in shown


def test_declared_names_and_sections_are_there(shown: str):
    assert "Results: `a`, `b`." in shown
    assert "**Raises**\n\n- ValueError: too small, or too large." in shown


def test_a_page_lists_what_this_project_registers_and_nothing_else():
    found = reference.components("losses")
    assert found["SoftLabels"] is SoftLabels
    assert all(component.__module__.startswith("stillhouse.") for component in found.values())
    page = reference.page("losses")
    assert all(f"\n## {name}\n" in page for name in found)


def test_no_registry_of_ours_is_left_out():
    """The runner is the engine's own choice, and functions are not chosen by configs."""
    listed = {"RUNNERS", *(name for room in reference.ROOMS.values() for name in room.registries)}
    left = [getattr(registry, name) for name in registry.__all__ if name not in listed]
    found = [each.names() for each in left if isinstance(each, registry.Registry)]
    classes = [component for names in found for component in names.values() if inspect.isclass(component)]
    assert [each for each in classes if each.__module__.startswith("stillhouse.")] == []


@pytest.mark.parametrize("room", reference.ROOMS)
def test_every_argument_of_every_component_is_explained(room: str):
    missing = []
    for name, component in reference.components(room).items():
        meanings = reference._meanings(component)
        missing += [f"{name}.{each.name}" for each in reference.parameters(component) if each.name not in meanings]
    assert missing == []


def test_the_index_links_every_component():
    index = reference.index()
    assert "[SoftLabels](losses.md#softlabels)" in index and "[KDHook](hooks.md#kdhook)" in index
