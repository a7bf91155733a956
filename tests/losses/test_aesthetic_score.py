"""The score of a linear head on a frozen CLIP."""

from pathlib import Path

import pytest
import torch

from stillhouse.losses import AestheticScore
from stillhouse.registry import MODELS


@MODELS.register_module()
class MeanColours(torch.nn.Module):
    """An encoder whose embedding is the mean of each channel."""

    def embedding(self, images):
        return images.mean((2, 3))


def strokes() -> torch.Tensor:
    return 0.4 * torch.randn(2, 5, 4, 2, generator=torch.Generator().manual_seed(0))


def build(head, **more) -> AestheticScore:
    return AestheticScore(head, dict(type="MeanColours"), canvas_size=32, **more)


def write(path: Path, content) -> str:
    torch.save(content, path)
    return str(path)


def test_it_is_the_negative_score_of_the_head_in_the_file(tmp_path: Path):
    weights = {"weight": torch.tensor([[1.0, 2.0, 3.0]]), "bias": torch.tensor([4.0])}
    loss = build(write(tmp_path / "head.pth", weights))
    drawn = strokes().requires_grad_()
    grey = loss.draw(drawn).mean((2, 3))[:, 0]
    found = loss({"strokes": drawn}, {})
    torch.testing.assert_close(found, -(6 * grey + 4).mean())
    found.backward()
    assert drawn.grad is not None and drawn.grad.abs().max() > 0 and not list(loss.parameters())


def test_random_weights_belong_to_the_seed_and_leave_the_random_stream_alone():
    before = torch.random.get_rng_state()
    found = [build(None, seed=seed)({"strokes": strokes()}, {}) for seed in (0, 0, 1)]
    assert found[0] == found[1] != found[2] and torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"weight": torch.zeros(1, 5), "bias": torch.zeros(1)}, "for embeddings of width 5, the encoder's are 3 wide"),
        ({"other": torch.zeros(1)}, "holds no weight and bias of one linear layer"),
        ([1], "holds no weight and bias"),
    ],
)
def test_a_head_that_does_not_fit_is_refused(tmp_path: Path, content, message):
    with pytest.raises(RuntimeError, match=message):
        build(write(tmp_path / "head.pth", content))


def test_without_the_file_the_remedy_is_named(tmp_path: Path):
    with pytest.raises(RuntimeError, match=r"is not there. Get it from .*aesthetic-predictor.*or use head=None"):
        build(str(tmp_path / "none.pth"))
    (tmp_path / "text.pth").write_text("no weights")
    with pytest.raises(RuntimeError, match="cannot be read as weights"):
        build(str(tmp_path / "text.pth"))
