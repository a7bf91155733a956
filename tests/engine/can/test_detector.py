import numpy as np
import pytest
from can_detection import FLOOD, traffic, trained

from stillhouse.datasets.can.graph_maker import GraphMaker
from stillhouse.engine.can.detector import FEW, Detector


def found(kind: str, rows: int, explain: bool):
    """Alarms of traffic under a flood, given to the detector some frames at a time."""
    network, provenance = trained(kind)
    maker = GraphMaker.from_provenance(provenance)
    detector = Detector(network, maker, network if explain else None)
    frames, alarms = traffic(200, 3, flood=(0, 200)), []
    for at in range(0, len(frames), rows):
        part = frames[at : at + rows]
        for scored in detector.feed(part, np.zeros(1)):
            assert (scored.contributions is not None) == (explain and len(scored) <= FEW)
            alarms += detector.alarms(scored, -np.inf)
    return alarms


@pytest.mark.parametrize("kind", ["GAT", "VGAE"])
def test_windows_are_explained_alike_one_by_one_and_many_at_once(kind):
    single, many = found(kind, 10, True), found(kind, 10_000, True)
    assert len(single) == len(many) > FEW
    for one, other in zip(single, many):
        assert (one.window, one.start_s, one.end_s) == (other.window, other.start_s, other.end_s)
        assert one.score == pytest.approx(other.score, abs=1e-4)
        assert {c.can_id: c.share for c in one.carriers[:1]} == pytest.approx(
            {c.can_id: c.share for c in other.carriers[:1]}, abs=1e-3
        )


@pytest.mark.parametrize("explain", [True, False])
def test_an_alarm_names_the_flooding_identifier_with_an_explainer_and_without(explain):
    assert all(alarm.carriers[0].can_id == FLOOD for alarm in found("GAT", 10, explain))
