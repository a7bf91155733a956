import pytest
import torch
from onnx_networks import build

from stillhouse.engine.can.onnx_parity import GRAPHS, compare
from stillhouse.engine.errors import ExportError


class Recorded:
    """Answers as a network does, but for what ``change`` makes of it; keeps the graphs it saw."""

    def __init__(self, network, change=lambda found: found):
        self.network, self.change, self.graphs, self.modules = network, change, [], network.modules

    def predict(self, batch):
        self.graphs.append(batch["graph"])
        with torch.no_grad():
            return self.change(dict(self.network.predict(batch)))


def test_a_hundred_graphs_alone_and_in_batches_with_single_and_isolated_nodes_and_loops():
    recorded = Recorded(build())
    assert set(compare(build(), recorded).values()) == {0.0}
    counts = [len(graph.ptr) - 1 for graph in recorded.graphs]
    sizes = torch.cat([graph.ptr.diff() for graph in recorded.graphs])
    assert sum(counts) == GRAPHS == 100 and counts.count(1) >= 50 and max(counts) > 8
    assert (sizes == 1).sum() == 25 and len(sizes.unique()) > 30
    loops = [int((graph.edge_index[0] == graph.edge_index[1]).sum()) for graph in recorded.graphs]
    bare = [len(graph.x) - len(graph.edge_index.unique()) for graph in recorded.graphs]
    assert sum(loops) > 20 and sum(bare) > 20


def test_the_largest_difference_of_each_output_is_reported():
    found = compare(build(), Recorded(build(), lambda found: {**found, "score": found["score"] + 5e-5}))
    assert found["score"] == pytest.approx(5e-5, rel=0.1) and found["logits"] == 0


def test_of_whole_numbers_the_share_that_differs_is_reported_and_more_than_a_twentieth_refused():
    def chosen(shift):
        return lambda found: {"action": found["logits"].argmax(dim=1) + shift(torch.arange(len(found["score"])))}

    original = Recorded(build(), chosen(torch.zeros_like))
    few, all_of_them = (
        Recorded(build(), chosen(shift)) for shift in (lambda count: (count == 12).long(), torch.ones_like)
    )
    largest = [len(graph.ptr) - 1 for graph in _seen(original)]
    assert compare(original, few)["action"] == pytest.approx(sum(count > 12 for count in largest) / 100) != 0
    with pytest.raises(ExportError, match="'action' is another than the original's in 6% of the graphs; more than 5%"):
        compare(original, all_of_them)


def _seen(recorded):
    compare(recorded, recorded)
    return recorded.graphs[::2]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda found: {**found, "score": found["score"] + 1e-2}, r"'score' differs by 0\.01 from the original"),
        (lambda found: {**found, "score": found["score"] * torch.nan}, "'score' differs by nan"),
        (
            lambda found: {**found, "logits": found["logits"][:, :1]},
            r"'logits' has the shape \(1, 1\), the original \(1, 2\)",
        ),
        (lambda found: {"score": found["score"]}, r"gives \['score'\], the original \['embedding', 'logits'"),
    ],
)
def test_a_network_that_answers_otherwise_is_refused(change, message):
    with pytest.raises(ExportError, match=message):
        compare(build(), Recorded(build(), change))
