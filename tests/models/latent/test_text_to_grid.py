"""The whole network: its size, its masks, its options."""

import pytest
import torch

from stillhouse.registry import MODELS

SMALL = dict(
    type="TextToGrid", vocabulary=50, width=32, num_layers=2, num_heads=4, ffn_width=64, dropout=0.0, head_width=16,
    head_ffn_width=32,
)  # fmt: skip


def _batch() -> dict:
    tokens = torch.randint(1, 50, (3, 9), generator=torch.Generator().manual_seed(0))
    return {"tokens": tokens, "mask": torch.arange(9) < torch.tensor([[4], [9], [6]])}


def _network(**changes):
    torch.manual_seed(0)
    return MODELS.build({**SMALL, **changes}).eval()


@pytest.mark.parametrize(("vocabulary", "millions"), [(32_000, 25.5), (50_257, 32.5), (49_408, 32.2)])
def test_size_of_the_full_network(vocabulary: int, millions: float):
    with torch.device("meta"):
        network = MODELS.build(
            dict(type="TextToGrid", vocabulary=vocabulary, query_init="white", initialisation="small")
        )
    assert round(sum(parameter.numel() for parameter in network.parameters()) / 1e6, 1) == millions


def test_the_default_network_is_the_full_one():
    network = MODELS.build(dict(type="TextToGrid"))
    assert sum(parameter.numel() for parameter in network.parameters()) == 25_495_410


def test_a_sentence_has_one_latent_whatever_stands_beside_it():
    """Attention is masked by each sample's own length, in the encoder and in the grid."""
    network, batch = _network(), _batch()
    together = network(batch)["latent"]
    for row, length in enumerate((4, 9, 6)):
        alone = {"tokens": batch["tokens"][row : row + 1, :length], "mask": torch.ones(1, length, dtype=torch.bool)}
        torch.testing.assert_close(network(alone)["latent"][0], together[row], atol=1e-4, rtol=1e-4)


def test_what_stands_at_masked_positions_does_not_matter():
    network, batch = _network(), _batch()
    changed = batch["tokens"].masked_fill(~batch["mask"], 7)
    assert torch.equal(network({**batch, "tokens": changed})["latent"], network(batch)["latent"])


def test_order_of_words_matters():
    network, batch = _network(), _batch()
    reversed_tokens = {"tokens": batch["tokens"][1:2].flip(1), "mask": batch["mask"][1:2]}
    difference = network(reversed_tokens)["latent"][0] - network(batch)["latent"][1]
    assert difference.abs().mean() > 1e-2


@pytest.mark.parametrize(
    "changes",
    [
        {},
        dict(use_smooth_head=False),
        dict(coordinates=True),
        dict(normalise=False, output_norm=False, query_init="white", padding="zeros", initialisation="small"),
    ],
)
def test_every_option_gives_a_latent_and_gradients_to_all_parameters(changes: dict):
    network = _network(**changes)
    latent = network(_batch())["latent"]
    assert latent.shape == (3, 6, 32, 32) and latent.isfinite().all()
    (latent * torch.randn(latent.shape, generator=torch.Generator().manual_seed(1))).sum().backward()
    without = {name for name, p in network.named_parameters() if p.grad is None or not p.grad.isfinite().all()}
    assert not without


def test_small_weights_start_with_almost_one_latent_and_xavier_does_not():
    def share(network) -> float:
        latent = network(_batch())["latent"]
        centred = latent - latent.mean((-2, -1), keepdim=True)
        return float((centred - centred.mean(0)).square().mean() / centred.square().mean())

    plain = dict(normalise=False, output_norm=False, query_init="white", padding="zeros", initialisation="small")
    assert share(_network(**plain)) < 0.01 < 0.05 < share(_network())


def test_bfloat16_stays_close():
    network, batch = _network(), _batch()
    exact = network(batch)["latent"]
    with torch.autocast("cpu", torch.bfloat16):
        half = network(batch)["latent"]
    assert half.dtype == torch.float32 and (half - exact).abs().mean() < 0.1


def test_gain_is_learned():
    network, batch = _network(), _batch()
    with torch.no_grad():
        network.log_gain[2] = 0.5
    variance = network(batch)["latent"].var((-2, -1), correction=0)
    torch.testing.assert_close(variance[:, 2], torch.full((3,), 2.718281828), rtol=1e-3, atol=0)
