"""Images to draw beside pairs to remember."""

import numpy as np
import pytest
import torch
from PIL import Image

from stillhouse.datasets.sketch import ImagesWithReplay, SketchError
from stillhouse.datasets.sketch.synthetic import plan, write

SIZE = 16


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> tuple[str, str]:
    """Three pictures, and a data set of four sketches."""
    pictures, sketches = tmp_path_factory.mktemp("pictures"), tmp_path_factory.mktemp("sketches")
    for number in range(3):
        Image.fromarray(np.full((20, 20, 3), 60 * number, np.uint8)).save(pictures / f"{number}.png")
    for task in plan(sketches, 2, 0, 0, ["cat", "star"]):
        write(task)
    return str(pictures), str(sketches)


def configs(folders: tuple[str, str]) -> tuple[dict, dict]:
    images = dict(type="ImageFolder", root=folders[0], image_size=SIZE)
    replay = dict(type="ControlSketch", root=folders[1], split="train", image_size=SIZE, cache_dir=None)
    return images, replay


def test_batches_hold_the_asked_images_and_as_many_pairs_as_the_ratio_says(folders):
    images, replay = configs(folders)
    data = ImagesWithReplay(images, replay, replay_ratio=1.5)
    batch = data.__getitems__([2, 0])
    assert len(data) == 3 and tuple(batch) == data.fields
    assert batch["image"][:, 0, 0, 0].tolist() == pytest.approx([120 / 255, 0]) and batch["index"].tolist() == [2, 0]
    assert batch["strokes"].shape == (3, 32, 4, 2) and batch["replay_image"].shape == (3, 3, SIZE, SIZE)
    assert len(ImagesWithReplay(images, replay, 0.1).__getitems__([0])["strokes"]) == 1


def test_a_pair_is_a_sketch_with_its_own_image(folders):
    images, replay = configs(folders)
    data = ImagesWithReplay(images, replay, 8)
    every = data._replays[0].__getitems__(range(4))
    batch = data.__getitems__([0])
    for strokes, image in zip(batch["strokes"], batch["replay_image"]):
        place = int((every["strokes"] - strokes).abs().amax((1, 2, 3)).argmin())
        assert torch.equal(every["strokes"][place], strokes) and torch.equal(every["image"][place], image)


def test_pairs_are_drawn_by_the_seed_of_the_batch_from_all_sets_alike(folders):
    images, replay = configs(folders)
    data = ImagesWithReplay(images, [replay, {**replay, "classes": ["star"]}], 300)
    assert data.random
    torch.manual_seed(5)
    first = data.__getitems__([0])["strokes"]
    torch.manual_seed(5)
    assert torch.equal(data.__getitems__([0])["strokes"], first)
    cats = data._replays[0].all_strokes()[:2]
    share = (first[:, None] - cats).abs().amax((2, 3, 4)).eq(0).any(1).double().mean()
    assert 0.23 < share < 0.43, "two of the six sketches are cats"


def test_provenance_is_that_of_the_pairs_with_the_images_beside_it(folders):
    images, replay = configs(folders)
    data = ImagesWithReplay(images, replay)
    own = data._replays[0].provenance()
    assert data.provenance() == {**own, "images": data._images.provenance()["digest"]}


def test_what_does_not_fit_is_refused(folders):
    images, replay = configs(folders)
    with pytest.raises(SketchError, match=r"replay_ratio.*got 0.*above 0|replay_ratio: .*0"):
        ImagesWithReplay(images, replay, 0)
    with pytest.raises(SketchError, match=r"Give it image_size"):
        ImagesWithReplay(images, {**replay, "image_size": None})
    with pytest.raises(SketchError, match=r"ImagesWithReplay.replay"):
        ImagesWithReplay(images, images)
    with pytest.raises(SketchError, match=r"one size"):
        ImagesWithReplay({**images, "image_size": 8}, replay)
