"""Blur in the first steps of training."""

from types import SimpleNamespace

import pytest
import torch
from torch import nn
from torchvision.transforms.functional import gaussian_blur

from stillhouse.engine.learner import Learner
from stillhouse.hooks import BlurWarmupHook
from stillhouse.registry import LOSSES, MODELS


@MODELS.register_module(force=True)
class Echo(nn.Module):
    """Gives back the picture it was given."""

    kd_refusal = None

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))

    def prepare(self, batch: dict) -> dict:
        return batch

    def forward(self, batch: dict) -> dict:
        return {"image": self.scale * batch["image"], "untouched": batch["image"]}

    predict = forward


@LOSSES.register_module(force=True)
class Seen(nn.Module):
    """Keeps the outputs it was given."""

    weight = 1.0

    def forward(self, outputs: dict, batch: dict) -> torch.Tensor:
        self.outputs, self.batch = outputs, batch
        return outputs["image"].mean()


class Teacher(nn.Module):
    """A distillation term that keeps the batch its teacher would see."""

    alpha = 0.5

    def forward(self, outputs: dict, batch: dict) -> dict:
        self.batch = batch
        return {"kd": outputs["image"].mean()}


def trained(where: str, iteration: int = 0, **arguments) -> tuple[Learner, torch.Tensor]:
    """A learner after one training pass at ``iteration``, and the picture it was given."""
    learner = Learner(dict(type="Echo"), dict(seen=dict(type="Seen")))
    learner.distillation = Teacher()
    hook = BlurWarmupHook("image", where=where, **arguments)
    runner = SimpleNamespace(learner=learner, iter=iteration)
    hook.before_train(runner)
    hook.before_train_iter(runner, 0)
    image = torch.rand(2, 3, 9, 9, generator=torch.Generator().manual_seed(0))
    learner(mode="loss", image=image)
    return learner, image


@pytest.mark.parametrize(
    ("iteration", "decay", "expected"),
    [
        (0, True, 0.8),
        (500, True, 0.6),
        (1999, True, 0.8 / 2000),
        (2000, True, 0.0),
        (1999, False, 0.8),
        (2000, False, 0.0),
    ],
)
def test_sigma_falls_linearly(iteration: int, decay: bool, expected: float):
    hook = BlurWarmupHook("image", decay=decay)
    hook.before_train_iter(SimpleNamespace(iter=iteration), 0)
    assert hook.current_sigma() == pytest.approx(expected)


def test_the_named_output_is_blurred_before_the_losses():
    learner, image = trained("output", iteration=50, steps=100)
    seen = learner.losses["seen"].outputs
    torch.testing.assert_close(seen["image"], gaussian_blur(image, [7, 7], [0.4, 0.4]))
    assert torch.equal(seen["untouched"], image) and not torch.allclose(seen["image"], image)


def test_the_named_input_is_blurred_for_the_student_and_not_for_the_teacher():
    learner, image = trained("input", steps=100)
    blurred = gaussian_blur(image, [7, 7], [0.8, 0.8])
    torch.testing.assert_close(learner.losses["seen"].outputs["untouched"], blurred)
    assert torch.equal(learner.distillation.batch["image"], image)


@pytest.mark.parametrize("where", ["input", "output"])
def test_prediction_is_never_blurred(where: str):
    learner, image = trained(where)
    assert torch.equal(learner(mode="predict", image=image)["image"], image)


@pytest.mark.parametrize("where", ["input", "output"])
def test_evaluated_outputs_are_never_blurred(where: str):
    learner, image = trained(where)
    assert torch.equal(learner.eval()(mode="tensor", image=image)["image"], image)


def test_nothing_is_blurred_after_the_warm_up():
    learner, image = trained("output", iteration=100, steps=100)
    assert torch.equal(learner.losses["seen"].outputs["image"], image)


def test_blur_keeps_a_constant_picture():
    hook = BlurWarmupHook("image")
    flat = torch.full((1, 1, 9, 9), 0.3)
    torch.testing.assert_close(hook._blurred({"image": flat})["image"], flat)


@pytest.mark.parametrize("taps", [0, 4])
def test_taps_out_of_range(taps: int):
    with pytest.raises(ValueError, match=rf"BlurWarmupHook\.taps: got {taps}, expected an odd number"):
        BlurWarmupHook("image", taps=taps)
