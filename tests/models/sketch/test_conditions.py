"""Conditions as tokens."""

import pytest
import torch

from stillhouse.registry import MODELS

CLASSES = dict(type="ClassCondition", num_classes=5, width=16)
TOKENS = dict(type="TokenCondition", channels=12, tokens=7, width=16)


def _batch() -> dict:
    generator = torch.Generator().manual_seed(0)
    return {"label": torch.tensor([0, 4, 2]), "features": torch.randn(3, 7, 12, generator=generator)}


def _built(cfg: dict):
    torch.manual_seed(0)
    return MODELS.build(cfg)


@pytest.mark.parametrize(("cfg", "tokens"), [(CLASSES, 4), (TOKENS, 7), (dict(type="Unconditional", width=16), 1)])
def test_shapes_and_gradients(cfg: dict, tokens: int):
    condition = _built(cfg)
    found = condition(_batch(), torch.tensor([False, True, False]))
    assert found.shape == (3, tokens, 16) and condition.absent(3).shape == found.shape
    (found * torch.randn(found.shape)).sum().backward()
    assert all(parameter.grad is not None for parameter in condition.parameters())


@pytest.mark.parametrize("cfg", [CLASSES, TOKENS])
def test_dropped_rows_have_the_tokens_of_no_condition(cfg: dict):
    condition, dropped = _built(cfg), torch.tensor([False, True, False])
    found, absent = condition(_batch(), dropped), condition.absent(3)
    assert torch.equal(found[1], absent[1])
    assert (found[~dropped] - absent[~dropped]).abs().mean() > 0.1
    assert (found[0] - found[2]).abs().mean() > 0.1


def test_places_of_an_image_are_told_apart():
    condition = _built(TOKENS)
    same = {"features": torch.ones(1, 7, 12) * torch.arange(12)}
    tokens = condition(same, torch.zeros(1, dtype=torch.bool))[0]
    assert (tokens[0] - tokens[1]).abs().max() > 1e-3


def test_scale_of_the_encoder_does_not_matter():
    condition, none = _built(TOKENS), torch.zeros(3, dtype=torch.bool)
    batch = _batch()
    larger = {"features": 100 * batch["features"]}
    torch.testing.assert_close(condition(larger, none), condition(batch, none), atol=1e-3, rtol=1e-3)


def test_half_precision_features_are_read():
    condition, none = _built(TOKENS), torch.zeros(3, dtype=torch.bool)
    exact = condition(_batch(), none)
    half = condition({"features": _batch()["features"].half()}, none)
    assert half.dtype == torch.float32
    torch.testing.assert_close(half, exact, atol=1e-2, rtol=1e-2)


@pytest.mark.parametrize(("label", "row"), [(5, 1), (-1, 2)])
def test_unknown_classes_are_refused(label: int, row: int):
    labels = torch.zeros(3, dtype=torch.int64)
    labels[row] = label
    with pytest.raises(ValueError, match=rf"label\[{row}\]: got {label}, expected a class from 0 to 4"):
        _built(CLASSES).check({"label": labels})


def test_an_absent_label_is_named():
    with pytest.raises(KeyError, match="no 'label'; it has 'labels'"):
        _built(CLASSES).check({"labels": torch.zeros(3)})


@pytest.mark.parametrize("shape", [(3, 6, 12), (3, 7, 13), (3, 12)])
def test_other_tokens_are_refused(shape: tuple):
    with pytest.raises(ValueError, match=r"features: .*expected \(B, 7, 12\); set tokens and channels"):
        _built(TOKENS).check({"features": torch.zeros(shape)})
