"""Pictures of predicted scenes."""

from types import SimpleNamespace

import pytest
import torch
from scene_toys import SIZE, ToyRenderer, scenes, vectors

from stillhouse.hooks import ScenePicturesHook

RENDERER = dict(type="ToyRenderer", size=SIZE)


@pytest.fixture
def logged() -> list:
    return []


@pytest.fixture
def runner(logged):
    """What a runner lends: a proxy that draws everything white, and a visualizer."""
    visualizer = SimpleNamespace(add_image=lambda name, image, step: logged.append((name, image, step)))
    white = lambda batch: {"image": torch.ones(len(batch["params"]), 3, SIZE, SIZE)}  # noqa: E731
    return SimpleNamespace(build_companion=lambda cfg: white, visualizer=visualizer, iter=7)


def show(runner, batch_idx: int = 0) -> None:
    hook = ScenePicturesHook(dict(config="x.py"), RENDERER, scenes=2)
    hook.before_train(runner)
    target = ToyRenderer().render(scenes(3))
    hook.after_val_iter(runner, batch_idx, {"image": target}, {"params": vectors(3)})


def test_target_proxy_renderer_and_difference_of_the_first_batch(runner, logged):
    show(runner)
    ((name, picture, step),) = logged
    assert (name, step) == ("val_scenes", 7)
    cell = SIZE + 1
    assert picture.shape == (2 * cell, 4 * cell, 3)
    target, proxy, drawn, difference = (picture[:SIZE, k * cell : k * cell + SIZE] for k in range(4))
    assert (proxy == 255).all() and (drawn == target).all() and not difference.any() and target.any()


def test_only_the_first_batch(runner, logged):
    show(runner, batch_idx=1)
    assert not logged


def test_no_scenes():
    with pytest.raises(ValueError, match=r"ScenePicturesHook\.scenes: got 0, expected at least 1"):
        ScenePicturesHook(dict(config="x.py"), RENDERER, scenes=0)
