"""Entries of lists named by their types."""

import pytest

from stillhouse.engine.addressing import by_number, numbered
from stillhouse.engine.config import load_config
from stillhouse.engine.errors import ConfigError

CONTENT = {
    "custom_hooks": [{"type": "EMAHook"}, {"type": "KDHook", "alpha": 0.7, "parts": [{"type": "A"}, {"type": "A"}]}],
    "plain": {"x": [1, 2]},
}


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("custom_hooks.KDHook.alpha", "custom_hooks.1.alpha"),
        ("custom_hooks.KDHook", "custom_hooks.1"),
        ("custom_hooks.1.alpha", "custom_hooks.1.alpha"),
        ("custom_hooks.9.alpha", "custom_hooks.9.alpha"),
        ("custom_hooks.KDHook.parts.1.x", "custom_hooks.1.parts.1.x"),
        ("custom_hooks", "custom_hooks"),
        ("plain.x.1", "plain.x.1"),
        ("no.such.key", "no.such.key"),
    ],
)
def test_types_become_numbers(key: str, expected: str):
    assert numbered(key, CONTENT) == expected
    assert by_number({key: 3}, CONTENT) == {expected: 3}


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("custom_hooks.KDHok.alpha", "holds no 'KDHok', it holds EMAHook, KDHook. Did you mean 'KDHook'?"),
        (
            "custom_hooks.KDHook.parts.A.x",
            "several of type A; name one of custom_hooks.1.parts.0, custom_hooks.1.parts.1",
        ),
        ("plain.x.first", "plain.x holds no 'first', it holds nothing with a type."),
    ],
)
def test_what_names_nothing_or_several_is_refused(key: str, message: str):
    with pytest.raises(ConfigError) as refused:
        numbered(key, CONTENT)
    assert f"--cfg-options {key}: " in str(refused.value) and message in str(refused.value)


def test_a_shipped_config_takes_options_by_type():
    experiment = load_config("configs/gat_student_curriculum_kd.py", {"custom_hooks.KDHook.alpha": 0.25})
    assert [hook["alpha"] for hook in experiment.cfg.custom_hooks if hook["type"] == "KDHook"] == [0.25]
    assert list(experiment.options.values()) == [0.25]
