"""What the agent sees of a window."""

import math

import pytest
import torch

from stillhouse.models.can import GAT, VGAE
from stillhouse.models.can.errors import graph_errors, node_errors
from stillhouse.models.can.fusion_state import BOUNDED, SCORES, STATE, gat_columns, vgae_columns


@pytest.fixture
def vgae() -> VGAE:
    torch.manual_seed(0)
    return VGAE(num_ids=10, embedding_dim=3, hidden_dims=[8], latent_dim=4, num_heads=2).eval()


def test_names():
    assert len(STATE) == 15 and len(SCORES) == 5 and set(BOUNDED) < set(STATE)


@torch.no_grad()
def test_autoencoder_columns_by_hand(make_batch, vgae):
    graph = make_batch()["graph"]
    outputs = vgae({"graph": graph})
    state, scores = vgae_columns(outputs, graph, "difficulty")
    errors, of_nodes = graph_errors(outputs, graph), node_errors(outputs, graph)
    assert state.shape == (3, 8) and scores.shape == (3, 4)
    torch.testing.assert_close(scores[:, 0], errors["difficulty"])
    torch.testing.assert_close(scores[:, 3], errors["neighbor_error"])
    torch.testing.assert_close(state[:, :3], scores[:, 1:].log())
    for g, (first, last) in enumerate([(0, 4), (4, 10), (10, 15)]):
        z = outputs["z"][first:last]
        expected = [z.mean(), z.std(correction=0), z.max(), z.min()]
        torch.testing.assert_close(state[g, 3:7], torch.stack(expected))
        error = (of_nodes["node_error"] + 0.1 * of_nodes["id_error"])[first:last]
        assert float(state[g, 7]) == pytest.approx(1 / (1 + float(error.std(correction=0))), rel=1e-5)


@torch.no_grad()
def test_classifier_columns_by_hand():
    outputs = {"score": torch.tensor([0.0, math.log(3.0)]), "embedding": torch.tensor([[1.0, 3.0], [0.0, 0.0]])}
    state, scores = gat_columns(outputs)
    assert scores.flatten().tolist() == pytest.approx([0.0, math.log(3.0)])
    assert state[0].tolist() == pytest.approx([0.5, 0.5, 2.0, 1.0, 3.0, 1.0, 0.0], abs=1e-6)
    entropy = -(0.25 * math.log2(0.25) + 0.75 * math.log2(0.75))
    assert state[1].tolist() == pytest.approx([0.25, 0.75, 0.0, 0.0, 0.0, 0.0, 1 - entropy], abs=1e-6)


def test_a_certain_classifier_gives_finite_numbers():
    state, scores = gat_columns({"score": torch.tensor([-500.0, 500.0]), "embedding": torch.ones(2, 3)})
    assert torch.isfinite(state).all() and scores.flatten().tolist() == [-500.0, 500.0]
    assert state[:, -1].tolist() == [1.0, 1.0]


@torch.no_grad()
def test_windows_do_not_touch_each_other(make_batch, vgae):
    gat = GAT(num_ids=10, embedding_dim=3, hidden_dim=4, num_layers=1, num_heads=2).eval()
    graph = make_batch()["graph"]
    before = (*vgae_columns(vgae({"graph": graph}), graph, "difficulty"), *gat_columns(gat.predict({"graph": graph})))
    graph.x[-1] += 1
    after = (*vgae_columns(vgae({"graph": graph}), graph, "difficulty"), *gat_columns(gat.predict({"graph": graph})))
    for old, new in zip(before, after):
        torch.testing.assert_close(old[:2], new[:2])
        assert not torch.equal(old[2], new[2])
