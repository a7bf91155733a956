"""Which arguments can be given, followed through base classes."""

import pytest
from torch import nn

from stillhouse.engine.checking.signatures import signature_of
from stillhouse.registry import HOOKS, PARAM_SCHEDULERS


class Base:
    def __init__(self, a, b: int = 1) -> None: ...


class Narrow(Base):
    def __init__(self, c=2) -> None: ...


class HandsOn(Base):
    def __init__(self, c, **kwargs) -> None:
        super().__init__(**kwargs)


class FillsPositional(Base):
    def __init__(self, **kwargs) -> None:
        super().__init__(7, **kwargs)


class FillsKeyword(Base):
    def __init__(self, **kwargs) -> None:
        super().__init__(a=7, **kwargs)


class Keeps(Base):
    def __init__(self, c, **kwargs) -> None:
        self.kept = kwargs


class Bare: ...


class Layer(nn.Module): ...


class LayerHandsOn(nn.Module):
    def __init__(self, width: int, **kwargs) -> None:
        super().__init__(**kwargs)


@pytest.mark.parametrize(
    ("component", "known", "required", "open_"),
    [
        (Base, {"a", "b"}, ["a"], False),
        (Narrow, {"c"}, [], False),
        (HandsOn, {"a", "b", "c"}, ["c", "a"], False),
        (FillsPositional, {"b"}, [], False),
        (FillsKeyword, {"b"}, [], False),
        (Keeps, {"c"}, ["c"], True),
        (Bare, set(), [], False),
        (Layer, set(), [], False),
        (LayerHandsOn, {"width"}, ["width"], False),
        (lambda x, **more: None, {"x"}, ["x"], True),
        (lambda x, y=1: None, {"x", "y"}, ["x"], False),
    ],
)
def test_arguments(component, known, required, open_):
    signature = signature_of(component)
    assert (set(signature.parameters), signature.required, signature.open) == (known, required, open_)


def test_schedules_take_the_arguments_of_the_schedule_behind_their_mixin():
    signature = signature_of(PARAM_SCHEDULERS.get("MultiStepLR"))
    assert signature.required == ["optimizer", "milestones"]
    assert {"gamma", "begin", "end", "by_epoch"} < set(signature.parameters)
    assert "param_name" not in signature.parameters
    assert not signature.open


def test_a_hook_without_a_constructor_takes_nothing():
    signature = signature_of(HOOKS.get("NaNGuardHook"))
    assert (signature.parameters, signature.open) == ({}, False)


def test_annotations_are_evaluated_and_defaults_read():
    signature = signature_of(Base)
    assert signature.parameters["b"].annotation is int
    assert (signature.default("b"), signature.default("a"), signature.default("z")) == (1, None, None)


def test_an_annotation_that_cannot_be_evaluated_is_left_out():
    def function(x: "Unheard", y: int): ...  # type: ignore[name-defined] # noqa: F821

    parameters = signature_of(function).parameters
    assert parameters["x"].annotation is parameters["x"].empty
    assert parameters["y"].annotation is int
