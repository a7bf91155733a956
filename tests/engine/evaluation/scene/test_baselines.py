"""The black image, the mean image and the nearest training image."""

import torch

from stillhouse.engine.evaluation.scene.baselines import Baselines, reduced, share_better


class Images:
    """A data set of images (N, 3, H, W)."""

    def __init__(self, images: torch.Tensor) -> None:
        self.images = images

    def __len__(self) -> int:
        return len(self.images)

    def __getitems__(self, indices) -> dict:
        return {"image": self.images[list(indices)]}


def test_the_three_answers():
    training = (torch.rand(700, 3, 8, 8, generator=torch.Generator().manual_seed(0)) * 255).round() / 255
    target = (training[[650, 3]] + 0.02).clamp(0, 1)
    found = Baselines(Images(training)).images_for(target)
    assert not found["black"].any() and found["black"].shape == target.shape
    torch.testing.assert_close(found["mean"], training.mean(0).expand_as(target))
    torch.testing.assert_close(found["nearest"], training[[650, 3]])


def test_the_nearest_is_that_of_a_search_through_all():
    generator = torch.Generator().manual_seed(1)
    training, target = torch.rand(40, 3, 6, 6, generator=generator), torch.rand(9, 3, 6, 6, generator=generator)
    distance = (target[:, None] - training).square().flatten(2).sum(2)
    assert Baselines(Images(training)).nearest(target).tolist() == distance.argmin(1).tolist()


def test_large_images_are_searched_at_64_px_and_answered_whole():
    training = torch.zeros(3, 3, 128, 128)
    training[1, :, 40:60] = 1
    baselines = Baselines(Images(training))
    assert baselines._small.shape == (3, 3, 64, 64) and reduced(training).mean() == training.mean()
    found = baselines.images_for(training[1:2])
    assert torch.equal(found["nearest"], training[1:2]) and found["mean"].shape == (1, 3, 128, 128)


def test_shares():
    own, black, mean = torch.tensor([1.0, 2.0, 3.0, 1.0]), torch.tensor([2.0, 1.0, 4.0, 1.0]), torch.tensor([9.0] * 4)
    assert share_better(own, [mean]) == 1.0
    assert share_better(own, [black, mean]) == 0.5, "a tie is not better"
