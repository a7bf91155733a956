"""Names that are found, and names that are not."""

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
