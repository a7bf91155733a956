import json

import numpy as np
import pytest
import torch

from stillhouse.datasets.can import CANDataWarning, CANFormatError, CANGraphs
from stillhouse.registry import DATASETS


@pytest.fixture
def build(can_root, tmp_path):
    def _build(split="train", **kwargs):
        config = dict(type="CANGraphs", root=str(can_root), split=split, cache_dir=str(tmp_path / "cache"), num_ids=16)
        return DATASETS.build({**config, **kwargs})

    return _build


def test_batch_holds_the_declared_fields(build):
    dataset = build("test")
    batch = dataset.__getitems__([5, 0, 12])
    assert tuple(batch) == CANGraphs.fields
    assert batch["graph"].num_graphs == 3
    assert batch["index"].tolist() == [5, 0, 12]
    assert batch["source"].tolist() == [0, 0, 1]
    assert torch.equal(batch["y"], dataset.labels[[5, 0, 12]])
    assert batch["duration_s"].dtype == torch.float32
    np.testing.assert_array_equal(batch["duration_s"], dataset.packed.duration_s[[5, 0, 12]])
    assert batch["start_s"].dtype == torch.float64
    np.testing.assert_array_equal(batch["start_s"], dataset.packed.start_s[[5, 0, 12]])
    np.testing.assert_array_equal(batch["attack_frames"], dataset.packed.attack_frames[[5, 0, 12]])
    assert dataset.node_counts[[5, 0, 12]].tolist() == batch["graph"].ptr.diff().tolist()
    first = dataset.packed.select(np.array([5]))
    np.testing.assert_array_equal(batch["graph"].x[: len(first.x)], first.x)


def test_whole_batches_come_through_a_loader(build):
    dataset = build("train")
    loader = torch.utils.data.DataLoader(dataset, batch_size=8, collate_fn=lambda batch: batch)
    assert sum(batch["graph"].num_graphs for batch in loader) == len(dataset)


def test_benign_only_keeps_no_attack(build):
    every, benign = build(), build(benign_only=True)
    assert 0 < len(benign) < len(every)
    assert len(benign) == int((every.labels == 0).sum())
    assert benign.labels.max() == 0


def test_subsets_select_sources_by_their_beginning(build):
    dataset = build("test", subsets=["test_04"])
    assert dataset.metainfo["sources"] == ["test_04_unknown_vehicle_unknown_attack/odd-1"]
    assert dataset.packed.source.tolist() == [0] * 10
    with pytest.raises(
        CANFormatError, match=r"subsets: got \['test_09'\].*Sources of this split: test_01.*dos-2, test_04"
    ):
        build("test", subsets=["test_09"])


def test_provenance_is_plain_and_the_same_for_every_split(build):
    provenance = [build(split).provenance() for split in ("train", "val", "test")]
    assert provenance[0] == provenance[1] == provenance[2] == json.loads(json.dumps(provenance[0]))
    assert provenance[0]["vocabulary"] == ["0C1", "0F1", "130", "1A0", "2B0", "316", "43F"]
    assert (provenance[0]["num_ids"], provenance[0]["window"]) == (16, 100)


def test_metainfo_and_maxima(build):
    dataset = build()
    assert dataset.metainfo["split"] == "train"
    assert len(dataset.metainfo["node_features"]) == dataset.packed.x.shape[1]
    assert len(dataset.metainfo["edge_features"]) == dataset.packed.edge_attr.shape[1]
    assert dataset.metainfo["unlabelled_sources"] == []
    assert dataset.count_max.shape == (16,)
    assert (dataset.count_max[1:8] > 0).all()
    assert (dataset.count_max[8:] == 0).all()


def test_more_identifiers_than_the_tables_hold(build):
    with pytest.raises(CANFormatError, match=r"got num_ids=7 for 7 known identifiers, expected at least 8.*num_ids=8"):
        build(num_ids=7)
    assert build(num_ids=8).count_max.shape == (8,)


def test_unknown_split(build):
    with pytest.raises(CANFormatError, match=r"split: got 'test_01', expected one of \('train', 'val', 'test'\)"):
        build("test_01")


def test_training_on_one_class_only(build, can_root):
    (can_root / "train_02_with_attacks" / "dos-1.csv").unlink()
    with pytest.raises(
        CANFormatError, match=r"\(train\): got one class only \(0 attack windows of 28\).*benign_only=True"
    ):
        build()
    assert len(build(benign_only=True)) == 28
    with pytest.warns(CANDataWarning, match=r"\(val\): one class only \(0 attack windows of 5\)"):
        build("val")


def test_empty_split(build):
    with pytest.raises(CANFormatError, match=r"\(val\): got no window, expected at least one"):
        build("val", val_fraction=0.0)


def test_missing_root(build, tmp_path):
    with pytest.raises(CANFormatError, match="make demo"):
        build(root=str(tmp_path / "gone"))
