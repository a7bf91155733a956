"""InfoNCE between two kinds of embeddings, with several positives."""

import math

import pytest
import torch
from torch.nn import functional as F

from stillhouse.losses import ImageTextContrastive, image_text_contrastive, multi_positive_nce, same_group

DIFFERENT = torch.arange(4)


def embeddings(count: int = 4, width: int = 6) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    image, text = torch.randn(2, count, width, generator=generator, dtype=torch.float64)
    return F.normalize(image, dim=1), F.normalize(text, dim=1)


def test_hand_value():
    eye = torch.eye(2, dtype=torch.float64)
    found = image_text_contrastive(eye, eye, torch.tensor(3.0), DIFFERENT[:2])
    assert found.item() == pytest.approx(math.log(1 + math.exp(-3)))


def test_without_duplicates_it_is_clip_s_loss():
    image, text = embeddings()
    logits = 5 * image @ text.mT
    expected = (F.cross_entropy(logits, DIFFERENT) + F.cross_entropy(logits.mT, DIFFERENT)) / 2
    torch.testing.assert_close(image_text_contrastive(image, text, torch.tensor(5.0), DIFFERENT), expected)


def test_pairs_of_one_group_are_all_right():
    positive = same_group(torch.tensor([3, 1, 3]))
    assert positive.tolist() == [[True, False, True], [False, True, False], [True, False, True]]
    logits = torch.tensor([[2.0, -40.0, 2.0], [-40.0, 2.0, -40.0], [2.0, -40.0, 2.0]])
    assert multi_positive_nce(logits, positive).item() == pytest.approx(2 / 3 * math.log(2))


def test_groups_may_be_rows_of_tokens():
    tokens = torch.tensor([[1, 2, 0], [1, 3, 0], [1, 2, 0]])
    assert torch.equal(same_group(tokens), same_group(torch.tensor([0, 1, 0])))


def test_the_two_kinds_may_change_places_and_samples_their_order():
    image, text = embeddings()
    groups, scale, order = torch.tensor([0, 1, 0, 2]), torch.tensor(4.0), torch.tensor([2, 0, 3, 1])
    found = image_text_contrastive(image, text, scale, groups)
    torch.testing.assert_close(image_text_contrastive(text, image, scale, groups), found)
    torch.testing.assert_close(image_text_contrastive(image[order], text[order], scale, groups[order]), found)


def test_gradient_by_finite_differences():
    groups = torch.tensor([0, 1, 0, 2])
    inputs = [*embeddings(), torch.tensor(4.0, dtype=torch.float64)]
    for value in inputs:
        value.requires_grad_()
    assert torch.autograd.gradcheck(lambda *given: image_text_contrastive(*given, groups), inputs)


def test_half_precision_is_computed_in_float32():
    outputs = dict(zip(("image_embedding", "text_embedding"), (kind.bfloat16() for kind in embeddings())))
    outputs["logit_scale"] = torch.tensor(50.0)
    with torch.autocast("cpu", torch.bfloat16):
        found = ImageTextContrastive()(outputs, {"label": DIFFERENT})
    wide = {name: value.float() for name, value in outputs.items()}
    torch.testing.assert_close(found, ImageTextContrastive()(wide, {"label": DIFFERENT}))


def test_a_batch_of_one_has_nothing_to_say():
    one = torch.ones(1, 4, requires_grad=True)
    assert image_text_contrastive(one, one, torch.tensor(9.0), DIFFERENT[:1]).item() == 0.0


def test_shapes_that_do_not_fit():
    outputs = dict(image_embedding=torch.ones(4, 3), text_embedding=torch.ones(4, 2), logit_scale=torch.tensor(1.0))
    with pytest.raises(ValueError, match=r"ImageTextContrastive: got 'image_embedding' of shape \(4, 3\)"):
        ImageTextContrastive()(outputs, {"label": DIFFERENT})
