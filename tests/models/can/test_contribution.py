from types import SimpleNamespace

import pytest
import torch
from can_detection import FLOOD, traffic, trained

from stillhouse.datasets.can.graph_maker import GraphMaker
from stillhouse.engine.can.detector import as_batch
from stillhouse.models.can.contribution import above_median, gradient_explained, occlusion_contributions, shares
from stillhouse.models.can.errors import graph_errors, node_errors, node_score


@pytest.fixture(scope="module")
def attacked():
    """Networks by kind, and a batch of windows under attack with the identifier of each node."""
    networks = {kind: trained(kind) for kind in ("GAT", "VGAE")}
    graphs = GraphMaker.from_provenance(networks["GAT"][1]).graphs(traffic(100, 3, flood=(0, 100)))
    return {kind: network for kind, (network, _) in networks.items()}, graphs


def leads(values: torch.Tensor, graphs) -> bool:
    """Whether the flood's identifier carries every window."""
    parts = values.split((graphs.node_ptr[1:] - graphs.node_ptr[:-1]).tolist())
    first = [int(part.argmax()) + start for part, start in zip(parts, graphs.node_ptr)]
    return all(graphs.can_id[node] == FLOOD for node in first)


@pytest.mark.parametrize("kind", ["GAT", "VGAE"])
def test_the_attacking_identifier_carries_the_score(attacked, kind):
    networks, graphs = attacked
    assert leads(networks[kind].explained({"graph": as_batch(graphs)}).contributions(), graphs)


def test_gradients_are_those_of_finite_differences(attacked):
    networks, graphs = attacked
    gat, batch = networks["GAT"].double(), as_batch(graphs)
    batch.x, batch.edge_attr = batch.x.double(), batch.edge_attr.double()
    found, step = gradient_explained(gat, {"graph": batch}).contributions(), 1e-6
    embedded = gat.ids(batch.node_id).detach()
    for node in (0, 3, len(found) - 1):
        scores = []
        for sign in (1, -1):
            factor = torch.ones(len(found), 1, dtype=torch.float64)
            factor[node] += sign * step
            x, batch.x = batch.x, batch.x * factor
            handle = gat.ids.register_forward_hook(lambda *_, factor=factor: embedded * factor)
            scores.append(gat.predict({"graph": batch})["score"].sum())
            handle.remove()
            batch.x = x
        assert found[node] == pytest.approx((scores[0] - scores[1]).item() / (2 * step), rel=1e-4, abs=1e-6)
    gat.float()


def test_gradients_leave_the_batch_and_the_network_as_they_were(attacked):
    networks, graphs = attacked
    batch = as_batch(graphs)
    before, x = networks["GAT"].predict({"graph": batch})["score"], batch.x
    explained = gradient_explained(networks["GAT"], {"graph": batch})
    assert batch.x is x and not batch.x.requires_grad and not networks["GAT"].ids._forward_hooks
    assert torch.equal(networks["GAT"].predict({"graph": batch})["score"], before)
    assert torch.equal(explained.outputs["score"], before)
    assert torch.equal(explained.contributions(), explained.contributions())


@pytest.mark.parametrize("score", ["node_error", "id_error", "neighbor_error", "difficulty"])
def test_errors_are_measured_from_the_middle_node(attacked, score):
    networks, graphs = attacked
    batch = as_batch(graphs)
    outputs = networks["VGAE"]({"graph": batch})
    found = above_median(node_score(outputs, batch, score), batch)
    errors = node_errors(outputs, batch)
    own = errors["node_error"] + 0.1 * errors["id_error"] if score == "difficulty" else errors[score]
    first = slice(0, int(batch.ptr[1]))
    assert torch.allclose(found[first], (own[first] - own[first].median()).clamp(min=0))
    assert torch.allclose(
        own[first].max() if score != "difficulty" else own[first].mean(), graph_errors(outputs, batch)[score][0]
    )


def test_shares_are_of_what_raises_each_window():
    graph = SimpleNamespace(batch=torch.tensor([0, 0, 0, 1, 1]), ptr=torch.tensor([0, 3, 5]))
    found = shares(torch.tensor([3.0, -5.0, 1.0, -1.0, 0.0]), graph)
    assert found.tolist() == [0.75, 0.0, 0.25, 0.0, 0.0]


def test_occlusion_is_the_fall_of_the_score_without_each_node(attacked):
    networks, graphs = attacked

    def predict(batch: dict) -> dict:
        graph = batch["graph"]
        sums = torch.zeros(len(graph.ptr) - 1).index_add(0, graph.batch, graph.x[:, 0])
        edges = torch.zeros(len(graph.ptr) - 1).index_add(0, graph.batch[graph.edge_index[0]], graph.edge_attr[:, 0])
        assert torch.equal(graph.batch[graph.edge_index[0]], graph.batch[graph.edge_index[1]])
        return {"score": sums + 10 * edges}

    batch = as_batch(graphs)
    at_node = torch.zeros(len(batch.x))
    source, target = batch.edge_index
    at_node.index_add_(0, source, batch.edge_attr[:, 0])
    at_node.index_add_(0, target[source != target], batch.edge_attr[source != target, 0])
    assert torch.allclose(occlusion_contributions(predict, batch), batch.x[:, 0] + 10 * at_node, atol=1e-3)
    assert leads(occlusion_contributions(networks["GAT"].predict, batch).detach(), graphs)


def test_the_only_node_of_a_window_has_nothing_to_be_left_out_of(attacked):
    networks, _ = attacked
    frames = traffic(20, 3)
    frames.can_id[:] = 0x130
    batch = as_batch(GraphMaker.from_provenance(trained("GAT", 1)[1]).graphs(frames))
    assert occlusion_contributions(networks["GAT"].predict, batch).tolist() == [0.0]
