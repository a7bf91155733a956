"""The metric gives what ``evaluate`` gives, whatever the batches and the repeated samples."""

import pytest
import torch
from latent_fields import natural

from stillhouse.engine.evaluation import LatentStatistics
from stillhouse.engine.evaluation.latent import evaluate
from stillhouse.registry import METRICS


def test_batches_and_repeated_samples_change_nothing():
    latents = torch.tensor(natural(0, 8, 1)[0])
    metric = METRICS.build(dict(type="LatentStatistics"))
    for part in (torch.tensor([3, 1, 0]), torch.tensor([7, 6, 5, 4]), torch.tensor([2, 3])):
        metric.process({"index": part}, {"latent": latents[part]})
    found = metric.evaluate(8)
    assert found == {f"latent/{name}": value for name, value in evaluate(latents).flat().items()}
    assert set(found) == {f"latent/{name}" for name in metric.names}


def test_names_are_declared_for_the_channels():
    names = LatentStatistics.declared({})
    assert {"alpha", "alpha_5", "variance_0", "tv_over_std", "kurtosis", "off_diagonal", "between_share"} <= set(names)
    assert {"participation_ratio", "checkerboard", "border"} <= set(names) and "alpha_6" not in names
    assert "alpha_7" in LatentStatistics.declared({"channels": 8})
    assert LatentStatistics(channels=2).names == LatentStatistics.declared({"channels": 2})


def test_other_outputs_are_refused():
    metric = LatentStatistics()
    with pytest.raises(KeyError, match="Did you mean 'latent'"):
        LatentStatistics(output="latents").process({"index": torch.arange(2)}, {"latent": torch.zeros(2, 6, 32, 32)})
    with pytest.raises(ValueError, match=r"'latent' has the shape \(2, 3, 32, 32\), expected \(B, 6, H, W\)"):
        metric.process({"index": torch.arange(2)}, {"latent": torch.zeros(2, 3, 32, 32)})
    with pytest.raises(ValueError, match=r"'latent' has the shape .* expected one row a sample, \(3,\)"):
        metric.process({"index": torch.arange(3)}, {"latent": torch.zeros(2, 6, 32, 32)})
