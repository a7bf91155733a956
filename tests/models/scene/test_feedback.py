"""An inverse model that corrects what its answer draws."""

import pytest
import torch
from scene_toys import scenes

from stillhouse.datasets.scene.encoding import DIMENSION, decode, encode, to_batch
from stillhouse.datasets.scene.schema import validate
from stillhouse.losses.foreground_error import foreground_error
from stillhouse.losses.laplace_error import laplace_error
from stillhouse.models.scene import FeedbackInverse, SceneRenderer
from stillhouse.models.scene.feedback import laplace
from stillhouse.models.scene.feedback_network import SceneCorrection
from stillhouse.models.scene.feedback_numbers import moved, numbers

START = dict(type="InverseModel", hidden=16, backbone=dict(type="SceneResNet", width=4, features=16, image_size=32))


def small(**more) -> FeedbackInverse:
    torch.manual_seed(0)
    given = dict(start=START, image_size=32, rounds=2, candidates=2, width=4, practised=2, others=2)
    return FeedbackInverse(**{**given, **more}).eval()


def light(count: int, seed: int = 0) -> torch.Tensor:
    """Vectors of scenes that are drawn quickly."""
    return encode([{**scene, "repetitions": 5, "noiseEnabled": False} for scene in scenes(count, seed)])


def drawn(params: torch.Tensor) -> torch.Tensor:
    return SceneRenderer(32)(to_batch(params)).detach()


def images(count: int = 3) -> torch.Tensor:
    return drawn(light(count))


def test_a_prediction_is_a_scene_within_the_schema_and_says_what_it_is():
    found = small().predict({"image": images()})
    assert {name: tuple(value.shape) for name, value in found.items()} == {
        "params": (3, DIMENSION), "logits": (3, DIMENSION), "layer_count": (3, 6)
    }  # fmt: skip
    assert all(validate(scene) == (scene, []) for scene in decode(found["params"]))
    places = numbers().index
    assert torch.allclose(found["logits"][:, places].sigmoid(), found["params"][:, places], atol=2e-4)


def test_every_round_is_at_least_as_near_and_only_numbers_change():
    image, network = images(6), small(rounds=4, candidates=4)
    found = network.trace(image)
    errors = torch.stack([foreground_error(drawn(params), image) for params in found])
    assert len(found) == 5 and (errors.diff(dim=0) <= 1e-6).all()
    assert (errors[-1] < errors[0] - 1e-4).any(), "candidates alone find something"
    kept = torch.ones(DIMENSION, dtype=torch.bool).index_fill(0, numbers().index, False)
    assert torch.equal(found[-1][:, kept], found[0][:, kept]) and not torch.equal(found[-1], found[0])


def test_without_rounds_it_is_the_first_network():
    image, network = images(), small(rounds=0)
    assert torch.equal(network.predict({"image": image})["params"], network.inverse.predict({"image": image})["params"])


def test_a_prediction_depends_on_the_image_alone():
    image, network = images(4), small()
    found = network.predict({"image": image})["params"]
    torch.manual_seed(5)
    again = network.predict({"image": image, "params": light(4, seed=9)})["params"]
    assert torch.equal(found, again)
    alone = network.predict({"image": image[2:3]})["params"]
    assert torch.allclose(alone[0], found[2], atol=1e-5)
    assert torch.equal(network({"image": image})["params"], found)
    assert network.prepare({"image": image, "params": light(4)}).keys() == {"image", "params"}


def test_other_sizes_are_resized():
    large = torch.nn.functional.interpolate(images(), (64, 64))
    found = small().predict({"image": large})["params"]
    assert torch.allclose(found, small().predict({"image": images()})["params"], atol=1e-5)


def test_a_known_correction_is_followed():
    truth = light(3)
    network = small(rounds=1, candidates=0)
    start = moved(truth, torch.full((3, len(numbers())), 0.02))
    network._begin = lambda image: start
    network.correction.forward = lambda *seen: (moved_back, torch.zeros_like(moved_back))
    moved_back = torch.full((3, len(numbers())), -0.02)
    before, after = (foreground_error(drawn(params), images()) for params in network.trace(images()))
    assert (after <= before).all() and (after < before).any()


def test_pairs_of_a_training_scene_and_the_change_between_them():
    network, params = small().train(), light(3)
    batch = network.prepare({"image": images(), "params": params})
    target, shown, estimate, of_target, of_shown = batch["pairs"]
    assert target.shape == shown.shape == (3 * (2 + 2), 3, 32, 32) and of_target.shape == of_shown.shape
    assert torch.allclose(drawn(estimate), shown, atol=1e-5)
    reached = moved(estimate, batch["wanted"])[:6]
    assert torch.equal(target[:3], target[3:6]), "both rounds have the same truth"
    # Choices of the estimates may be wrong, the truth's numbers are reached.
    places = numbers().index
    assert torch.allclose(reached[:3, places], reached[3:6, places], atol=1e-5)
    assert not torch.equal(target[:3], images()), "the scenes are varied"
    assert set(batch["counts"].unique().tolist()) == {0.0, 1.0}
    still = small(spread=0.0).train().prepare({"image": images(), "params": params})
    assert torch.allclose(still["pairs"][0][:3], images(), atol=1e-5)


def test_only_the_second_network_learns():
    network = small().train()
    before = {name: value.clone() for name, value in network.inverse.state_dict().items()}
    optimizer = torch.optim.Adam([one for one in network.parameters() if one.requires_grad], 1e-3)
    batch = network.prepare({"image": images(), "params": light(3)})
    losses = []
    for _ in range(12):
        found = network(batch)
        loss = laplace_error(found["change"], found["log_scale"], batch["wanted"], batch["counts"])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < losses[0] - 0.3
    assert all(torch.equal(value, before[name]) for name, value in network.inverse.state_dict().items())
    assert not network.inverse.training and network.correction.training
    assert {name.split(".")[0] for name, one in network.named_parameters() if one.requires_grad} == {"correction"}


def test_an_untrained_correction_trusts_the_first_network_a_little():
    torch.manual_seed(0)
    network, image, params = SceneCorrection(32, width=4).eval(), images(2), light(2)
    change, log_scale = network(image, image.flip(0), params, params, params)
    assert not change.any() and (log_scale == -3.2).all()
    other = moved(params, torch.full((2, len(numbers())), 0.01))
    change, _ = network(image, image, params, other, params)
    assert (change >= 0).all() and change.max() < 0.01 and change.max() > 0.001


def test_laplace_draws():
    found = laplace(torch.rand(100_000, generator=torch.Generator().manual_seed(0)))
    assert abs(float(found.mean())) < 0.02 and float(found.abs().mean()) == pytest.approx(1, abs=0.02)
    assert laplace(torch.tensor([0.0, 0.5, 1.0])).isfinite().all()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"rounds": -1}, "rounds: got -1, expected at least 0"),
        ({"candidates": -2}, "candidates: got -2, expected at least 0"),
        ({"practised": 0}, "practised: got 0, expected at least 1"),
        ({"others": -1}, "others: got -1, expected at least 0"),
        ({"spread": 1.0}, r"spread: got 1.0, expected a number in \[0, 1\)"),
    ],
)
def test_what_cannot_be(given, said):
    with pytest.raises(ValueError, match=f"FeedbackInverse.{said}"):
        small(**given)
