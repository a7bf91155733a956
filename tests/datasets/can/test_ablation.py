import dataclasses

import numpy as np
import pytest
from can_detection import WINDOW, provenance, traffic

from stillhouse.datasets.can import CANFormatError, CANGraphs, read_frames
from stillhouse.datasets.can.graph_maker import GraphMaker
from stillhouse.datasets.can.synthetic import generate

FRAMES = traffic(400, 3)


def test_hidden_features_are_0_and_the_others_as_they_were():
    maker = GraphMaker.from_provenance(provenance(FRAMES))
    whole = maker.graphs(FRAMES)
    blind = dataclasses.replace(maker, ignore=("count", "byte_0_mean")).graphs(FRAMES)
    changed = np.flatnonzero((whole.x != blind.x).any(axis=0))
    assert set(changed) == {0, 16} and not blind.x[:, [0, 16]].any()
    assert len(whole) == 400 // WINDOW and np.array_equal(whole.node_id, blind.node_id)


def test_a_feature_that_there_is_not_is_named():
    maker = dataclasses.replace(GraphMaker.from_provenance(provenance(FRAMES)), ignore=("colour",))
    with pytest.raises(CANFormatError, match=r"colour.*count"):
        maker.graphs(FRAMES)


@pytest.mark.parametrize(("features", "hidden"), [("profile", ["unknown_max", "count"]), ("absolute", ["count"])])
def test_what_a_network_was_not_shown_in_training_is_hidden_from_it_later_too(tmp_path, features, hidden):
    generate(tmp_path / "data", seed=0, size="test")
    arguments = dict(cache_dir=str(tmp_path / "cache"), features=features, ignore=hidden, viewing=dict(adapt_s=0.5))
    said = CANGraphs(str(tmp_path / "data"), "train", **arguments).provenance()
    test = CANGraphs(str(tmp_path / "data"), "test", **arguments)
    maker = GraphMaker.from_provenance(said)
    path = next((tmp_path / "data").glob("test_01*/*"))
    place = test.metainfo["sources"].index(f"{path.parent.name}/{path.stem}")
    ours = maker.graphs(read_frames(path))
    theirs = test.packed.select(np.flatnonzero(test.packed.source == place))
    np.testing.assert_array_equal(ours.x, theirs.x)
    np.testing.assert_array_equal(ours.node_id, theirs.node_id)
