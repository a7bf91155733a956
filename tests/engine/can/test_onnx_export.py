import sys

import onnx
import pytest
import torch
from onnx_networks import GAT, VGAE, build, trained, write_run, write_tested

from stillhouse.engine.can import onnx_export
from stillhouse.engine.can.onnx_export import export, export_network
from stillhouse.engine.can.onnx_graphs import random_graphs
from stillhouse.engine.can.onnx_network import OnnxNetwork
from stillhouse.engine.errors import CheckpointError, ExportError
from stillhouse.engine.publish import publish
from stillhouse.engine.trained import load_trained


@pytest.mark.parametrize("changes", [
    dict(conv="gat"), dict(share_weights=False, num_classes=4, fc_dim=5),
    dict(VGAE, score="node_error", conv="gat"), dict(VGAE, share_weights=False),
])  # fmt: skip
def test_every_form_of_the_networks_agrees(tmp_path, changes):
    network = build(changes) if "type" in changes else build(GAT, **changes)
    exported = export_network(trained(tmp_path, network), tmp_path / "n.onnx")
    assert tuple(exported.differences) == OnnxNetwork(exported.path).outputs
    assert max(exported.differences.values()) < 2e-3


def test_a_fusion_of_both_agrees(tmp_path):
    network = build(dict(type="FusionAgent", vgae=VGAE, gat=GAT, hidden=[8]), spread=0.3)
    exported = export_network(trained(tmp_path, network), tmp_path / "n.onnx")
    graph = random_graphs(network, [4, 1, 9], torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected = network.predict({"graph": graph})
    torch.testing.assert_close(OnnxNetwork(exported.path).predict({"graph": graph}), expected, rtol=1e-4, atol=1e-5)


def test_saturated_probabilities_stay_numbers(tmp_path):
    network = build(VGAE)
    with torch.no_grad():
        network.neighbor_head.weight *= 200
    exported = export_network(trained(tmp_path, network), tmp_path / "n.onnx")
    assert exported.differences["neighbor_error"] < 1e-2


def test_a_run_s_folder_with_averaged_weights_and_tested_thresholds(tmp_path):
    run = write_run(tmp_path / "run")
    write_tested(run)
    exported = export(run)
    assert exported.path == run / "network.onnx" and sorted(path.name for path in run.iterdir())[1:] == [
        "network.onnx",
        "test.json",
    ]
    meta = OnnxNetwork(exported.path).meta
    assert meta == exported.meta | {"parity": {"graphs": 100, "largest_differences": exported.differences}}
    assert meta["thresholds"] == {"score": {"threshold": 1.25}} and meta["iter"] == 9
    raw = export(run, tmp_path / "raw", raw=True)
    assert raw.path == tmp_path / "raw" / "network.onnx" and raw.meta["thresholds"] == {}
    assert raw.path.read_bytes() != exported.path.read_bytes()


def test_a_checkpoint_and_a_published_file_give_the_same_network(tmp_path):
    run = write_run(tmp_path / "run")
    published = publish(run, tmp_path / "small.pth")
    files = [export(model, tmp_path / "out").path for model in (run / "iter_9.pth", published)]
    assert [file.name for file in files] == ["iter_9.onnx", "small.onnx"]
    weights = [{held.name: held.raw_data for held in onnx.load(str(file)).graph.initializer} for file in files]
    assert weights[0] == weights[1]


def test_the_file_is_sound_and_holds_no_guessed_shapes(tmp_path):
    path = export_network(trained(tmp_path), tmp_path / "n.onnx").path
    model = onnx.load(str(path))
    onnx.checker.check_model(model, full_check=True)
    assert not model.graph.value_info and model.opset_import[0].version == 18


def test_a_network_that_was_trained_stays_as_it_is(tmp_path):
    run = load_trained(write_run(tmp_path / "run"))
    before = {name: value.clone() for name, value in run.network.state_dict().items()}
    export_network(run, tmp_path / "n.onnx")
    assert not run.network.training
    torch.testing.assert_close(run.network.state_dict(), before, rtol=0, atol=0)


def test_an_export_that_fails_leaves_nothing_behind_and_the_old_file(tmp_path, monkeypatch):
    old = export_network(trained(tmp_path), tmp_path / "n.onnx").path.read_bytes()

    def differs(network, exported):
        raise ExportError("differs")

    monkeypatch.setattr(onnx_export, "compare", differs)
    with pytest.raises(ExportError, match="differs"):
        export_network(trained(tmp_path), tmp_path / "n.onnx")
    assert (tmp_path / "n.onnx").read_bytes() == old and [path.name for path in tmp_path.iterdir()] == ["n.onnx"]


def test_what_is_missing_is_said_before_anything_is_written(tmp_path, monkeypatch):
    with pytest.raises(CheckpointError, match="holds no checkpoint"):
        export(tmp_path)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ImportError, match=r"pip install 'stillhouse\[onnx\]'"):
        export(write_run(tmp_path / "run"))
    assert not list(tmp_path.rglob("*.onnx"))
