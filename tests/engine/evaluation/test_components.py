"""Thresholds and scales of components, by hand."""

import pytest
import torch
from torch import nn

from stillhouse.engine.evaluation import calibrate_components
from stillhouse.engine.evaluation.components import component_threshold

SCORES = torch.arange(10.0)


class Windows:
    """Window i has the value i; every third is an attack."""

    labels = torch.tensor([0, 0, 1] * 4)

    def __getitems__(self, rows: list[int]) -> dict:
        return {"x": torch.tensor(rows, dtype=torch.float32), "index": torch.tensor(rows)}


class Two(nn.Module):
    components = ("score", "error")

    def predict(self, batch: dict) -> dict:
        assert not self.training
        return {"score": batch["x"], "error": -2 * batch["x"], "logits": batch["x"][:, None].expand(-1, 2)}


def test_one_component_by_hand():
    # Of ten scores one may lie above: the threshold is 8, the median (the lower of two) 4.
    assert component_threshold(SCORES, 0.1) == {
        "threshold": 8.0, "scale": 4.0, "target_fpr": 0.1, "benign_windows": 10,
    }  # fmt: skip


def test_the_scale_is_never_zero():
    assert component_threshold(torch.tensor([1.0, 1.0, 1.0]))["scale"] == 1.0
    assert component_threshold(torch.tensor([2.0]))["scale"] == 1.0
    # Threshold and median coincide, the deviation does not.
    found = component_threshold(torch.tensor([0.0, 1.0, 1.0, 1.0]))
    assert found["threshold"] == 1.0 and found["scale"] == pytest.approx(0.5)


def test_no_more_than_the_target_alarms():
    scores = torch.randn(997, generator=torch.Generator().manual_seed(0))
    threshold = component_threshold(scores, 0.01)["threshold"]
    assert 0 < int((scores.double() > threshold).sum()) <= 9


@pytest.mark.parametrize("batch_size", [1, 3, 100])
def test_benign_windows_alone_count(batch_size: int):
    network = Two().train()
    found = calibrate_components(network, Windows(), 0.2, batch_size=batch_size)
    # Benign: 0, 1, 3, 4, 6, 7, 9, 10; one of eight may lie above.
    assert list(found) == ["score", "error"]
    assert found["score"]["threshold"] == 9.0 and found["score"]["benign_windows"] == 8
    assert found["error"]["threshold"] == -2.0
    assert network.training, "the mode is put back"


def test_components_can_be_named_and_default_to_the_score():
    assert list(calibrate_components(Two(), Windows(), components=["error"])) == ["error"]
    network = Two()
    network.components = ("score",)
    assert list(calibrate_components(network, Windows())) == ["score"]


def test_an_output_of_another_shape_is_refused():
    with pytest.raises(
        ValueError, match=r"component 'logits': Two\.predict gives \(8, 2\), expected one score a window"
    ):
        calibrate_components(Two(), Windows(), components=["logits"])


def test_an_unknown_output_is_refused():
    with pytest.raises(ValueError, match=r"'scor': Two\.predict gives no such output.*It gives: score, error, logits"):
        calibrate_components(Two(), Windows(), components=["scor"])


def test_no_benign_window_is_refused():
    data = Windows()
    data.labels = torch.ones(12)
    with pytest.raises(ValueError, match=r"the data set holds no benign window[.] Choose a split with attack-free"):
        calibrate_components(Two(), data)
