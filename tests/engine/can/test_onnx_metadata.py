import json

import onnx
import pytest
import torch
from onnx_networks import DATA, GAT, trained, write_tested

from stillhouse.engine.can.onnx_metadata import describe, read_metadata, write_metadata
from stillhouse.engine.errors import ExportError


def test_what_a_file_says_of_itself(tmp_path):
    found = describe(trained(tmp_path, config_file="gat.py", iter=9, world_size=1))
    assert (
        found["network"] == GAT
        and found["data"] == DATA
        and found["graph"] == dict(num_ids=10, in_features=7, edge_features=4)
    )
    assert found["config_file"] == "gat.py" and found["iter"] == 9 and "world_size" not in found
    assert found["thresholds"] == {} and found["exported_by"]


def test_thresholds_are_those_of_the_published_file_else_those_of_the_run_s_test(tmp_path):
    run = trained(tmp_path)
    run.file.touch()
    write_tested(tmp_path)
    assert describe(run)["thresholds"] == {"score": {"threshold": 1.25}}
    published = {"score": {"threshold": 3.0, "target_fpr": 1e-3}}
    assert describe(trained(tmp_path, thresholds=published))["thresholds"] == published


def test_thresholds_of_other_weights_are_left_out(tmp_path):
    run = trained(tmp_path)
    run.file.touch()
    write_tested(tmp_path)
    assert describe(run, raw=True)["thresholds"] == {}
    write_tested(tmp_path, checkpoint="iter_7.pth")
    assert describe(run)["thresholds"] == {}


def test_metadata_come_back_and_are_replaced():
    model = onnx.ModelProto()
    model.metadata_props.add(key="author", value=json.dumps("another tool"))
    write_metadata(model, {"data": {"digest": "a"}, "iter": 1})
    write_metadata(model, {"data": DATA})
    assert read_metadata(model, "a.onnx") == {"author": "another tool", "data": DATA, "iter": 1}


@pytest.mark.parametrize("dtype", [torch.float32, torch.int64, torch.uint8, torch.bool])
@pytest.mark.parametrize("rows", [3, 0])
def test_tensors_come_back_to_the_bit(dtype, rows):
    values = (torch.rand(rows, 4) * 3).to(dtype)
    model = onnx.ModelProto()
    write_metadata(model, {"data": {"profiles": [{"mean": values, "name": "a"}]}})
    (found,) = read_metadata(model, "a.onnx")["data"]["profiles"]
    assert found["name"] == "a" and found["mean"].dtype == dtype and torch.equal(found["mean"], values)


def test_what_is_not_plain_is_refused():
    with pytest.raises(ExportError, match="metadata hold a set; expected plain values and tensors alone"):
        write_metadata(onnx.ModelProto(), {"data": {1}})


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({}, r"a\.onnx: was not exported by Stillhouse. Write one with tools/export\.py MODEL --onnx"),
        ({"stillhouse": "new"}, "was not exported by Stillhouse"),
        (
            {"stillhouse": "2"},
            r"a\.onnx: has format version 2, this installation reads up to 1. Export the model again",
        ),
    ],
)
def test_files_of_others_and_of_later_versions_are_refused(entries, message):
    model = onnx.ModelProto()
    for key, value in entries.items():
        model.metadata_props.add(key=key, value=value)
    with pytest.raises(ExportError, match=message):
        read_metadata(model, "a.onnx")
