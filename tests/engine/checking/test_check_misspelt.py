"""Keys that say what a dict stands for, where they are misspelt."""

import pytest
from experiments import network, optimizer

from stillhouse.engine.checking.misspelt import misspelt
from stillhouse.engine.config import load_config
from stillhouse.engine.errors import ConfigError


@pytest.mark.parametrize("wrong", ["tpe", "ytpe", "typ", "types", "tape"])
def test_a_misspelt_type_is_known_by_its_value(wrong: str):
    assert misspelt({wrong: "MiniGPT", "width": 8}) == (wrong, "type")
    assert misspelt({wrong: "no component", "width": 8}) is None
    assert misspelt({wrong: "MiniGPT", "type": "MiniGPT"}) is None


def test_a_misspelt_config_is_known_by_its_value():
    assert misspelt({"confg": "configs/minigpt.py", "checkpoint": "auto"}) == ("confg", "config")
    assert misspelt({"confg": "minigpt"}) is None


def test_components_and_companions_are_named(problems):
    model = dict(type="Learner", network={"tpye": "MiniGPT", "width": 8}, losses={})
    assert "model.network.tpye: unknown key. Did you mean 'type'?" in problems(model=model)
    hooks = [dict(type="KDHook", teacher=dict(cofnig="configs/minigpt.py", checkpoint="auto"))]
    assert "custom_hooks.0.teacher.cofnig: unknown key. Did you mean 'config'?" in problems(custom_hooks=hooks)


def test_a_changed_type_that_is_misspelt_is_an_argument_too_many(problems):
    model = dict(type="Learner", network={**network(), "tpe": "MiniGPT"}, losses={})
    found = [line for line in problems(model=model) if line.startswith("model.network.tpe")]
    assert len(found) == 1 and found[0].endswith("Did you mean 'type'?")


def test_a_change_of_what_is_not_there_is_a_misspelt_name(problems):
    found = problems(default_hooks=dict(chekpoint=dict(interval=2)))
    assert (
        "default_hooks.chekpoint: has no type, and nothing of that name is to be changed. Did you mean 'checkpoint'?"
        in found
    )
    losses = dict(
        cross_entropy=dict(type="CrossEntropy", logits="logits", target="next_tokens"), cross_entrpy=dict(weight=2.0)
    )
    found = problems(model=dict(type="Learner", network=network(), losses=losses))
    assert any(line.startswith("model.losses.cross_entrpy: ") and "'cross_entropy'" in line for line in found)


def test_settings_are_checked_against_the_class_that_a_component_declares(problems):
    hooks = [dict(type="LossWarmupHook", warmup=dict(cross_entropy=dict(begn=1, length=2)))]
    found = problems(custom_hooks=hooks)
    assert [line for line in found if line.startswith("custom_hooks.0.warmup.cross_entropy.begn") and "'begin'" in line]
    hooks[0]["warmup"]["cross_entropy"] = dict(begin=1, length=2)
    assert problems(custom_hooks=hooks) == []
    model = dict(type="Learner", network=dict(type="FlowMatching", sampling=dict(stesp=3)), losses={})
    assert any(line.startswith("model.network.sampling.stesp") and "'steps'" in line for line in problems(model=model))


def test_delete_is_no_argument_and_can_be_misspelt(problems):
    found = problems(optim_wrapper={**optimizer(), "_delet_": True})
    assert any(line.startswith("optim_wrapper._delet_") and "Did you mean '_delete_'?" in line for line in found)


@pytest.mark.parametrize("wrong", ["_bsae_", "base_", "_bases_"])
def test_a_misspelt_base_is_said_instead_of_all_that_is_missing_without_it(config, wrong: str):
    path = config()
    path.write_text(path.read_text().replace("_base_", wrong, 1))
    with pytest.raises(ConfigError, match=rf"{wrong}: unknown top-level key. Did you mean '_base_'\?"):
        load_config(path)


def test_the_multipliers_of_a_module_are_checked(problems):
    found = problems(optim_wrapper=optimizer(paramwise_cfg=dict(custom_keys={"network.head": dict(lrmult=0.1)})))
    assert "optim_wrapper.paramwise_cfg.custom_keys.network.head.lrmult: unknown key. Did you mean 'lr_mult'?" in found
