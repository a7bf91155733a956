"""Values that optimizers refuse are told before anything is built."""

import subprocess
import sys

import pytest
import torch

from stillhouse.engine.checking.optimizer import Accepted, Parameters
from stillhouse.registry import OPTIMIZERS


def wrapper(**optimizer) -> dict:
    return dict(type="EngineOptimWrapper", optimizer=optimizer)


@pytest.mark.parametrize(
    ("optimizer", "told"),
    [
        (dict(type="AdamW", lr=-1.0), "AdamW (torch.optim.adamw) refuses it: Invalid learning rate: -1.0"),
        (dict(type="Adam", betas=(0.9, 1.0)), "Adam (torch.optim.adam) refuses it: Invalid beta parameter at index 1: 1.0"),
        (dict(type="Adam", betas=0.9), "Adam (torch.optim.adam) refuses it: 'float' object is not subscriptable"),
        (dict(type="SGD", lr=0.1, nesterov=True), "SGD (torch.optim.sgd) refuses it: Nesterov momentum requires"),
    ],
)  # fmt: skip
def test_its_own_words_are_told_with_the_path(problems, optimizer, told):
    (line,) = problems(optim_wrapper=wrapper(**optimizer))
    assert line.startswith(f"optim_wrapper.optimizer: {told}")


def test_an_option_is_said_to_be_one(problems):
    (line,) = problems(options={"optim_wrapper.optimizer.lr": -1})
    assert "Invalid learning rate: -1" in line and line.endswith("(from --cfg-options)")


@pytest.mark.parametrize(
    "optimizer",
    [dict(type="Adan"), dict(type="Adam", lrs=-1.0), dict(type="Adam", lr="-1"), dict(lr=-1.0), 3, "AdamW", None],
)
def test_what_was_found_wrong_before_is_told_once(problems, optimizer):
    assert len(problems(optim_wrapper=dict(type="EngineOptimWrapper", optimizer=optimizer))) == 1


@pytest.mark.parametrize("name", ["Adam", "AdamW", "SGD", "RMSprop", "Adagrad", "LBFGS", "TorchAdafactor"])
def test_optimizers_look_at_their_values_before_their_parameters(name):
    with pytest.raises(Accepted):
        OPTIMIZERS.get(name)(Parameters(), lr=0.1)
    with pytest.raises(ValueError):
        OPTIMIZERS.get(name)(Parameters(), lr=-0.1)


def test_the_compiler_is_not_imported_for_it():
    asks = (
        "import sys, torch; from stillhouse.engine.checking.optimizer import Accepted, Parameters\n"
        "try: torch.optim.AdamW(Parameters())\n"
        "except Accepted: print('torch._dynamo' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True).stdout.strip() == "False"


def test_one_that_is_made_in_another_way_is_let_be(problems):
    class Odd(torch.optim.SGD):
        def __init__(self, params, lr: float = 0.1) -> None:
            raise RuntimeError("needs a real parameter")

    OPTIMIZERS.register_module(name="Odd", module=Odd, force=True)
    try:
        assert problems(optim_wrapper=wrapper(type="Odd")) == []
    finally:
        OPTIMIZERS._module_dict.pop("Odd")
