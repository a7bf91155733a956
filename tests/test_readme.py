"""The README's examples are short, register, pass the config check and train."""

import re
from pathlib import Path

import pytest
from experiments import train

from stillhouse.engine.checking import check
from stillhouse.engine.config import load_config
from stillhouse.registry import HOOKS, LOSSES, MODELS

README = Path(__file__).resolve().parents[1] / "README.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", README.read_text(), flags=re.DOTALL)
ADDED = {"BagOfBytes": MODELS, "LogitPenalty": LOSSES, "StopAtLoss": HOOKS}


@pytest.fixture
def examples():
    """The examples' components, registered for one test."""
    for example in EXAMPLES:
        exec(compile(example, str(README), "exec"), {"__name__": "readme"})
    yield
    for name, registry in ADDED.items():
        registry.module_dict.pop(name, None)


def test_there_are_three_of_at_most_fifteen_lines():
    assert len(EXAMPLES) == len(ADDED)
    assert all(len([line for line in example.splitlines() if line.strip()]) <= 15 for example in EXAMPLES)


def test_examples_train_together(examples, config, tmp_path: Path):
    losses = dict(
        cross_entropy=dict(type="CrossEntropy", logits="logits", target="next_tokens"),
        calm=dict(type="LogitPenalty", weight=0.01),
    )
    path = config(
        "readme",
        model=dict(type="Learner", network=dict(type="BagOfBytes", vocabulary=128), losses=losses),
        custom_hooks=[dict(type="StopAtLoss", loss=1e9)],
        val_dataloader=None, val_evaluator=None, val_cfg=None,
    )  # fmt: skip
    assert check(load_config(path)) == []
    runner = train(path, tmp_path / "run")
    assert runner.iter == 1, "the hook stops after the first iteration"
    assert set(runner.train_entry) >= {"cross_entropy", "calm", "lr"}


@pytest.mark.parametrize("name", ["make demo", "make test"])
def test_the_two_commands_exist(name: str):
    target = name.split()[1]
    assert re.search(rf"^{target}:", (README.parent / "Makefile").read_text(), flags=re.MULTILINE)
    assert name in README.read_text()
