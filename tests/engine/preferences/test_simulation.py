"""Simulated sessions in the store."""

import os

import pytest
import torch

from stillhouse.datasets.sketch.preferences import Comparison, PreferenceDataset, PreferenceStore, Rating, validate
from stillhouse.engine.preferences import (
    Candidate,
    CandidatePair,
    SimulatedAnnotator,
    preference_statistics,
    score,
    simulate_choices,
    simulate_ratings,
)


@pytest.fixture
def store(tmp_path, monkeypatch) -> PreferenceStore:
    """An empty store that need not outlive a power cut."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    return PreferenceStore(tmp_path / "preferences")


def candidates(count: int) -> list[Candidate]:
    strokes = torch.rand(count, 32, 4, 2, generator=torch.Generator().manual_seed(0))
    return [Candidate(one, "base.pth", "ab" * 32, i, -one) for i, one in enumerate(strokes)]


def pairs(count: int) -> list[CandidatePair]:
    found = candidates(2 * count)
    return [CandidatePair(found[2 * i], found[2 * i + 1], i % 3, f"class {i % 3}") for i in range(count)]


def test_a_session_is_what_a_person_would_leave(store: PreferenceStore):
    session = simulate_choices(store, SimulatedAnnotator("short", name="robot"), pairs(40), "first", 0.25)
    assert session.name == "first" and validate(store.root).faults == []
    records = [entry for entry in store.standing() if isinstance(entry, Comparison)]
    repeats = [entry for entry in records if entry.repeat_of]
    assert 3 <= len(repeats) <= 20 and len(records) == 40 + len(repeats)
    assert {entry.annotator for entry in records} == {"robot"} and {entry.swapped for entry in records} == {False, True}
    assert records[5].a.seed == 10 and records[5].a.checkpoint == "base.pth" and records[5].class_name == "class 2"
    assert torch.equal(torch.from_numpy(store.read_item(records[0].a).copy()), pairs(1)[0].a.strokes)
    data = PreferenceDataset(str(store.root), validation_share=0.0)
    batch = data.__getitems__(range(len(data)))
    assert len(data) == 40
    assert (score("short", batch["winner_beziers"]) > score("short", batch["loser_beziers"])).all()
    (within,) = preference_statistics(store.standing(), samples=10).within
    assert within.agreed == 1 and within.pairs == len(repeats)


def test_the_store_and_the_report_show_the_weaknesses(store: PreferenceStore):
    annotator = SimulatedAnnotator("short", noise=0.3, position_bias=2.0)
    simulate_choices(store, annotator, pairs(150), repeat_share=0.5)
    found = preference_statistics(store.standing(), samples=10)
    assert found.left_interval[0] > 0.55
    assert found.within[0].agreed < 0.9


def test_choices_repeat_with_their_seeds(store: PreferenceStore):
    def answers(name: str, seed: int) -> list[tuple]:
        annotator = SimulatedAnnotator("short", noise=0.4, seed=1, name=name)
        session = simulate_choices(store, annotator, pairs(30), name, 0.2, seed)
        return [(one.preference, one.swapped) for one in session.standing() if isinstance(one, Comparison)]

    assert answers("a", 0) == answers("b", 0) != answers("c", 1)


def test_ratings(store: PreferenceStore):
    annotator, shown = SimulatedAnnotator("short"), candidates(30)
    with pytest.raises(ValueError, match="calibrate"):
        simulate_ratings(store, annotator, shown)
    annotator.calibrate(torch.stack([one.strokes for one in shown]))
    simulate_ratings(store, annotator, shown, class_label=1, class_name="cat")
    records = [entry for entry in store.standing() if isinstance(entry, Rating)]
    assert len(records) == 30 and {entry.rating for entry in records} == {1, 2, 3, 4, 5}
    data = PreferenceDataset(str(store.root), validation_share=0.0, min_margin=2)
    batch = data.__getitems__(range(len(data)))
    # 6 sketches a rating; 6 * 6 pairs for each of the 6 pairs of ratings at least 2 apart.
    assert len(data) == 216 and data.statistics()["by_source"] == {"rating": 216}
    assert (score("short", batch["winner_beziers"]) > score("short", batch["loser_beziers"])).all()
