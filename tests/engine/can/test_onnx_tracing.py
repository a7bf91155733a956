import warnings

import onnx
import pytest
import torch
from onnx_networks import VGAE, build

from stillhouse.engine.can.onnx_operators import OPSET
from stillhouse.engine.can.onnx_tracing import refusal, trace
from stillhouse.engine.errors import ExportError
from stillhouse.models.network import Network


class Toy(Network):
    """Reads graphs; ``predict`` is the function that a test gives."""

    inputs = ("graph",)
    num_ids, in_features, edge_features = 10, 7, 4

    def __init__(self, function):
        super().__init__()
        self.function = function

    def predict(self, batch):
        return {"score": self.function(batch["graph"])}


class SumOfRows(torch.nn.Module):
    """What torch's own exporter gets wrong."""

    def forward(self, values, index):
        return values.index_add(0, index, values.new_ones(2))


def test_inputs_outputs_and_their_free_dimensions(tmp_path):
    trace(build(VGAE), tmp_path / "a.onnx")
    graph = onnx.load(str(tmp_path / "a.onnx")).graph

    def shape(value):
        return [size.dim_param or size.dim_value for size in value.type.tensor_type.shape.dim]

    assert {value.name: shape(value) for value in graph.input} == {
        "x": ["nodes", 7], "node_id": ["nodes"], "edge_index": [2, "edges"], "edge_attr": ["edges", 4], "batch": ["nodes"]
    }  # fmt: skip
    assert [value.name for value in graph.output] == ["node_error", "id_error", "neighbor_error", "difficulty", "score"]
    assert all(shape(value) == ["graphs"] for value in graph.output)


def test_the_tracer_is_silent_and_leaves_torch_as_it_was(tmp_path):
    network = build()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trace(network, tmp_path / "a.onnx")
    with pytest.warns(UserWarning, match="does not support duplicated values"):
        given = (torch.zeros(3), torch.tensor([0, 0]))
        torch.onnx.export(SumOfRows(), given, str(tmp_path / "b.onnx"), dynamo=False, opset_version=OPSET)


def test_networks_of_other_things_are_refused_with_the_reason(tmp_path):
    toy = Toy(lambda graph: graph.x)
    assert refusal(toy) is None
    toy.inputs = ("tokens", "mask")
    with pytest.raises(
        ExportError, match=r"Toy cannot be exported: it reads 'tokens', 'mask'; exported are .* a 'graph' alone"
    ):
        trace(toy, tmp_path / "a.onnx")
    assert refusal(torch.nn.Linear(1, 1)).startswith("it reads nothing that it names")


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda graph: torch.linalg.svdvals(graph.x), "Toy cannot be exported: .*svd"),
        (lambda graph: graph.x.index_add(1, torch.tensor([0]), graph.x[:, :1]), "index_add of dim=1 and alpha=1.0"),
        (
            lambda graph: graph.x.index_add(0, torch.tensor([0]), graph.x[:1], alpha=2),
            "index_add of dim=0 and alpha=2.0",
        ),
        (
            lambda graph: graph.x.scatter_reduce(0, graph.node_id[:, None].expand(-1, 7), graph.x, "prod"),
            "scatter_reduce of 'prod' with include_self=True has no export",
        ),
        (
            lambda graph: torch.nn.functional.binary_cross_entropy_with_logits(graph.x, graph.x),
            "has an export without weights and with reduction='none' alone",
        ),
        (lambda graph: graph.node_count, r"reads graph\.node_count"),
    ],
)
def test_what_has_no_export_is_named(tmp_path, function, message):
    with pytest.raises(ExportError, match=message):
        trace(Toy(function), tmp_path / "a.onnx")
