"""Names that are found, and names that are not."""

import sys
from importlib import import_module
from types import SimpleNamespace

import pytest
import torch

from stillhouse.registry import (
    HOOKS,
    LOSSES,
    METRICS,
    MODELS,
    OPTIMIZERS,
    Registry,
    RegistryImportError,
    defined_in,
    nearest,
)
from stillhouse.registry.light_mmengine import absent


def test_an_unknown_name_is_answered_with_the_nearest_and_its_file():
    with pytest.raises(KeyError) as error:
        MODELS.get("MiniGTP")
    assert "'MiniGTP' is not in the model registry. Did you mean 'MiniGPT' (models/minigpt.py)" in str(error.value)


@pytest.mark.parametrize(
    ("registry", "wrong", "right"),
    [(HOOKS, "kdhook", "KDHook"), (LOSSES, "CrossEntrop", "CrossEntropy"), (METRICS, "TermsMean", "TermMean")],
)
def test_spelling_and_case(registry: Registry, wrong: str, right: str):
    with pytest.raises(KeyError, match=f"Did you mean '{right}'"):
        registry.build(dict(type=wrong))


def test_a_name_like_no_other_lists_the_known_ones():
    registry = Registry("thing", scope="nowhere")
    assert registry.unknown("x") == "'x' is not in the thing registry. Known names: none."
    registry.register_module(name="Lamp", module=dict)
    assert registry.unknown("x") == "'x' is not in the thing registry. Known names: Lamp."


def test_components_of_the_parent_are_found():
    assert OPTIMIZERS.get("SGD") is torch.optim.SGD
    assert "SGD" in OPTIMIZERS.names() and "ParamSchedulerHook" in HOOKS.names()


def test_our_own_comes_before_the_parent_s():
    assert HOOKS.get("EMAHook").__module__ == "stillhouse.hooks.ema"
    assert HOOKS.names()["EMAHook"] is HOOKS.get("EMAHook")


def test_a_failing_import_is_told(tmp_path, monkeypatch):
    (tmp_path / "broken_room.py").write_text("import a_library_that_is_absent")
    monkeypatch.syspath_prepend(str(tmp_path))
    registry = Registry("thing", scope="nowhere", locations=["broken_room"])
    for _ in range(2):
        with pytest.raises(
            RegistryImportError, match=r"could not import broken_room: No module named 'a_library_that_is_absent'"
        ):
            registry.get("Lamp")


def test_locations_are_imported_at_the_first_look_up(tmp_path, monkeypatch):
    (tmp_path / "late_room.py").write_text("raise RuntimeError('imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    registry = Registry("thing", scope="nowhere", locations=["late_room"])
    with pytest.raises(RuntimeError, match="imported"):
        registry.names()


def test_nearest_words():
    assert nearest("hidden_dims", ["hidden_dim", "width", "HIDDEN"], most=2) == ["hidden_dim", "HIDDEN"]
    assert nearest("zzz", ["hidden_dim"]) == []


def test_where_things_are_defined():
    assert defined_in(HOOKS.get("KDHook")) == "hooks/kd.py"
    assert defined_in(torch.nn.Linear) == "torch.nn.modules.linear"
    assert defined_in(dict) == "builtins"


def test_a_late_module_is_imported_once_a_name_is_nowhere_else(tmp_path, monkeypatch):
    (tmp_path / "late_room.py").write_text("import late_rooms\nlate_rooms.THINGS.register_module('Lamp', module=dict)")
    monkeypatch.syspath_prepend(str(tmp_path))
    registry = Registry("thing", scope="nowhere", late="late_room")
    monkeypatch.setitem(sys.modules, "late_rooms", SimpleNamespace(THINGS=registry))
    registry.register_module(name="Chair", module=list)
    assert registry.get("Chair") is list and "late_room" not in sys.modules
    assert registry.get("Lamp") is dict
    with pytest.raises(KeyError, match="Did you mean 'Lamp'"):
        registry.get("Lamb")


def test_a_package_is_absent_only_within_and_only_where_it_was_not_imported():
    assert "colorsys" not in sys.modules or sys.modules.pop("colorsys")
    with absent("colorsys"), pytest.raises(ImportError):
        import_module("colorsys")
    module = import_module("colorsys")
    with absent("colorsys"):
        assert import_module("colorsys") is module


def test_the_optimizer_of_transformers_is_found_where_it_is_installed():
    transformers = pytest.importorskip("transformers")
    assert OPTIMIZERS.get("Adafactor") is transformers.Adafactor
