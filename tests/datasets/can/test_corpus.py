import shutil

import numpy as np
import pytest

from stillhouse.datasets.can import CANDataWarning, CANFormatError, LeakageError, build_graphs, read_frames
from stillhouse.datasets.can.corpus import Parameters, load_corpus


def _same_graphs(one, other):
    for name, array in one.arrays().items():
        np.testing.assert_array_equal(getattr(other, name), array, err_msg=name)


def test_training_recordings_are_cut_in_time_with_a_gap(can_root):
    corpus = load_corpus(can_root, Parameters(), cache_dir=None)
    calm = read_frames(can_root / "train_01_attack_free" / "calm-1.csv")
    train, val = corpus.splits["train"], corpus.splits["val"]
    np.testing.assert_array_equal(train.start_s[train.source == 0], calm.timestamp_s[0:1600:100])
    np.testing.assert_array_equal(val.start_s[val.source == 0], calm.timestamp_s[1700:2000:100])
    assert np.bincount(train.source).tolist() == [16, 12, 16]
    assert np.bincount(corpus.splits["test"].source).tolist() == [0, 0, 0, 10, 10]
    assert corpus.sources[3] == "test_01_known_vehicle_known_attack/dos-2"


def test_vocabulary_scaler_and_maxima_come_from_benign_training_windows(can_root, make_frames):
    corpus = load_corpus(can_root, Parameters(), cache_dir=None)
    known = np.unique(make_frames(2000, 1).can_id)
    np.testing.assert_array_equal(corpus.vocabulary.can_ids, known)
    train = corpus.splits["train"]
    benign = train.select(np.flatnonzero(train.y == 0))
    np.testing.assert_allclose(benign.x.max(axis=0), 1, atol=1e-6)
    counts = [benign.node_count[benign.node_id == index].max() for index in range(1, len(corpus.vocabulary))]
    assert corpus.count_max.tolist() == [0, *counts]
    odd = corpus.splits["test"].select(np.flatnonzero(corpus.splits["test"].source == 4))
    assert set(odd.node_id.tolist()) == {0, int(corpus.vocabulary.lookup(np.array([0x130]))[0])}


def test_cache_gives_the_same_arrays_and_is_keyed_by_content(can_root, tmp_path, make_frames, as_csv):
    cache_dir = tmp_path / "cache"
    built = load_corpus(can_root, Parameters(), cache_dir=None)
    first, second = (load_corpus(can_root, Parameters(), cache_dir) for _ in range(2))
    for corpus in (first, second):
        for split, graphs in built.splits.items():
            _same_graphs(graphs, corpus.splits[split])
        assert corpus.digest == built.digest
    assert len(list(cache_dir.iterdir())) == 1
    load_corpus(can_root, Parameters(window=50, stride=50), cache_dir)
    (can_root / "test_04_unknown_vehicle_unknown_attack" / "odd-1.csv").write_text(as_csv(make_frames(500, 9)))
    changed = load_corpus(can_root, Parameters(), cache_dir)
    assert len(list(cache_dir.iterdir())) == 3
    assert changed.digest == built.digest


def test_digest_follows_training_data_and_parameters(can_root, make_frames, as_csv):
    digests = [load_corpus(can_root, p, None).digest for p in (Parameters(), Parameters(stride=50))]
    (can_root / "train_01_attack_free" / "calm-2.csv").write_text(as_csv(make_frames(1500, 8)))
    digests.append(load_corpus(can_root, Parameters(), None).digest)
    assert len(set(digests)) == 3


def test_damaged_cache_is_built_again(can_root, tmp_path):
    first = load_corpus(can_root, Parameters(), tmp_path / "cache")
    array = next((tmp_path / "cache").glob("*/train.x.npy"))
    expected = np.array(first.splits["train"].x)
    array.write_bytes(b"")
    with pytest.warns(CANDataWarning, match="the cache is damaged"):
        again = load_corpus(can_root, Parameters(), tmp_path / "cache")
    np.testing.assert_array_equal(again.splits["train"].x, expected)


def test_duplicates_are_used_once_and_reported(can_root):
    copy = can_root / "train_02_with_attacks" / "calm-1.csv"
    text = (can_root / "train_01_attack_free" / "calm-1.csv").read_text()
    copy.write_text(text.replace("\n", "\r\n"))
    with pytest.warns(
        CANDataWarning, match=r"1 recordings hold the same frames as another.*with_attacks/calm-1 = train_01"
    ):
        corpus = load_corpus(can_root, Parameters(), None)
    assert corpus.duplicates == [["train_02_with_attacks/calm-1", "train_01_attack_free/calm-1"]]
    assert len(corpus.sources) == 5


def test_training_recording_under_test_is_leakage(can_root):
    folder = can_root / "test_01_known_vehicle_known_attack"
    shutil.copy(can_root / "train_02_with_attacks" / "dos-1.csv", folder / "dos-9.csv")
    with pytest.raises(LeakageError, match=r"train \(train_02_with_attacks/dos-1\) and in test \(.*/dos-9\)"):
        load_corpus(can_root, Parameters(), None)


def test_overlapping_training_recordings_are_leakage(can_root, make_frames, as_csv):
    longer = make_frames(2000, 1)
    (can_root / "train_01_attack_free" / "calm-3.csv").write_text(as_csv(longer[1200:]))
    with pytest.raises(LeakageError, match=r"train \(train_01_attack_free/calm-3\) and in val \(train_01.*calm-1\)"):
        load_corpus(can_root, Parameters(), None)


def test_unlabelled_recordings(can_root, make_frames, as_csv):
    silent = can_root / "test_05_suppress"
    silent.mkdir()
    (silent / "none-1.csv").write_text(as_csv(make_frames(500, 11)))
    (silent / "bare-1.csv").write_text(as_csv(make_frames(500, 12), labelled=False))
    (silent / "attack-free-1.csv").write_text(as_csv(make_frames(500, 13)))
    (can_root / "train_01_attack_free" / "calm-1.csv").write_text(as_csv(make_frames(2000, 1), labelled=False))
    corpus = load_corpus(can_root, Parameters(), None)
    assert corpus.unlabelled == ["test_05_suppress/bare-1", "test_05_suppress/none-1"]
    y = {
        source: set(corpus.splits["test"].y[corpus.splits["test"].source == i])
        for i, source in enumerate(corpus.sources)
    }
    assert y["test_05_suppress/bare-1"] == {-1}
    assert y["test_05_suppress/none-1"] == {0}


def test_training_with_attacks_needs_labels(can_root, make_frames, as_csv):
    path = can_root / "train_02_with_attacks" / "dos-1.csv"
    path.write_text(as_csv(make_frames(500, 3), labelled=False))
    with pytest.raises(
        CANFormatError, match=r"dos-1\.csv: got no labels, expected labelled frames in a training split"
    ):
        load_corpus(can_root, Parameters(), None)


def test_short_recordings_are_reported(can_root, make_frames, as_csv):
    (can_root / "train_01_attack_free" / "tiny.csv").write_text(as_csv(make_frames(60, 20)))
    with pytest.warns(CANDataWarning, match=r"tiny\.csv: 60 frames are fewer than a window of 100"):
        load_corpus(can_root, Parameters(), None)


def test_no_validation_uses_everything(can_root):
    corpus = load_corpus(can_root, Parameters(val_fraction=0.0), None)
    assert len(corpus.splits["val"]) == 0
    assert len(corpus.splits["train"]) == 55


@pytest.mark.parametrize("fraction", [-0.1, 1.0])
def test_refuses_fractions(fraction):
    with pytest.raises(CANFormatError, match=r"val_fraction: got .*, expected a fraction in \[0, 1\)"):
        Parameters(val_fraction=fraction)


@pytest.mark.data
def test_real_survival_set(real_can, tmp_path):
    with pytest.warns(CANDataWarning, match="2 recordings hold the same frames"):
        corpus = load_corpus(real_can / "hcrl_sa", Parameters(), tmp_path)
    assert [out for out, _ in corpus.duplicates] == [
        "train_02_with_attacks/attack-free-kia",
        "train_02_with_attacks/attack-free-sonata",
    ]
    assert {name: len(graphs) for name, graphs in corpus.splits.items()} == {"train": 5017, "val": 1249, "test": 9712}
    assert len(corpus.vocabulary) == 51
    assert corpus.unlabelled == []


@pytest.mark.data
@pytest.mark.parametrize(("name", "nodes", "edges"), [("kia", (24, 35), (36, 65)), ("sonata", (22, 27), (26, 54))])
def test_real_graph_sizes(real_can, name, nodes, edges):
    path = real_can / "hcrl_sa" / f"train_01_attack_free__attack-free-{name}.parquet"
    graphs = build_graphs(read_frames(path))
    node_counts, edge_counts = np.diff(graphs.node_ptr), np.diff(graphs.edge_ptr)
    assert (node_counts.min(), node_counts.max()) == nodes
    assert (edge_counts.min(), edge_counts.max()) == edges
