"""Attention sees kept keys only, and rotary positions only as distances."""

import pytest
import torch

from stillhouse.models.latent import Attention, rotate


def _random(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_masked_keys_have_no_influence():
    torch.manual_seed(0)
    attention = Attention(16, 4).eval()
    queries, keys = _random(2, 5, 16), _random(2, 7, 16, seed=1)
    mask = torch.arange(7) < torch.tensor([[3], [7]])
    changed = keys.clone()
    changed[0, 3:] = 1e3
    assert torch.equal(attention(queries, keys, mask), attention(queries, changed, mask))
    changed[0, 2] = 1e3
    assert not torch.allclose(attention(queries, keys, mask), attention(queries, changed, mask))


def test_it_is_softmax_attention():
    torch.manual_seed(0)
    attention = Attention(8, 2).eval()
    tokens, mask = _random(1, 4, 8), torch.ones(1, 4, dtype=torch.bool)
    query = attention.query(tokens)
    key, value = attention.key_value(tokens).chunk(2, dim=-1)
    heads = []
    for h in range(2):
        part = slice(4 * h, 4 * h + 4)
        weights = (query[0, :, part] @ key[0, :, part].T / 2).softmax(-1)
        heads.append(weights @ value[0, :, part])
    expected = attention.out(torch.cat(heads, dim=-1))
    torch.testing.assert_close(attention(tokens, tokens, mask)[0], expected)


def test_rotary_products_depend_on_distance_alone():
    query, key = _random(8), _random(8, seed=1)
    rotated_query, rotated_key = rotate(query.expand(10, 8)), rotate(key.expand(10, 8))
    products = rotated_query @ rotated_key.T
    torch.testing.assert_close(products[2, 0], products[9, 7])
    torch.testing.assert_close(products[0, 0], query @ key)
    assert abs(products[0, 0] - products[3, 0]) > 1e-3


def test_rotation_keeps_lengths_and_dtype():
    heads = _random(2, 3, 5, 8)
    torch.testing.assert_close(rotate(heads).norm(dim=-1), heads.norm(dim=-1))
    assert rotate(heads.bfloat16()).dtype == torch.bfloat16


def test_dropout_is_for_training_only():
    torch.manual_seed(0)
    attention = Attention(8, 2, dropout=0.5)
    tokens, mask = _random(1, 6, 8), torch.ones(1, 6, dtype=torch.bool)
    assert not torch.equal(attention(tokens, tokens, mask), attention(tokens, tokens, mask))
    attention.eval()
    assert torch.equal(attention(tokens, tokens, mask), attention(tokens, tokens, mask))


@pytest.mark.parametrize(("width", "heads", "rotary"), [(10, 4, False), (6, 2, True)])
def test_heads_that_do_not_fit_are_refused(width: int, heads: int, rotary: bool):
    with pytest.raises(
        ValueError, match=rf"num_heads: got {heads}, expected a number that goes into the width {width}"
    ):
        Attention(width, heads, rotary)
