"""The detection metric: calibration, groups, invariances, and what it refuses."""

import pytest
import torch

from stillhouse.engine.evaluation import DetectionMetric
from stillhouse.engine.evaluation.detection import ATTACKS_ONLY, BENIGN_ONLY
from stillhouse.registry import METRICS

SOURCES = ["test_01/DoS-1", "test_01/fuzzy-1", "test_05/suppress-1"]
SCORES = torch.tensor([3.0, 1.0, -1.0, 2.0, 0.5, 4.0])
LABELS = torch.tensor([1, 0, 0, 1, 0, 0])
SOURCE = torch.tensor([0, 0, 0, 1, 2, 2])


def metric(split="test", **arguments) -> DetectionMetric:
    built = DetectionMetric(**arguments)
    built.dataset_meta = {"split": split, "sources": SOURCES}
    return built


def batch(rows: torch.Tensor) -> tuple[dict, dict]:
    windows = {"index": rows, "y": LABELS[rows], "source": SOURCE[rows], "duration_s": torch.ones(len(rows)) * 0.5}
    return windows, {"score": SCORES[rows]}


def evaluate(built: DetectionMetric, *parts: list[int]) -> dict:
    for part in parts:
        built.process(*batch(torch.tensor(part)))
    return built.evaluate(len(SCORES))


def at_threshold(*parts: list[int]) -> tuple[dict, DetectionMetric]:
    built = metric()
    built.load_calibration({"threshold": 1.5, "target_fpr": 1e-3})
    return evaluate(built, *parts), built


def test_registered_with_its_names():
    built = METRICS.build(dict(type="DetectionMetric", score="anomaly"))
    assert built.score == "anomaly"
    assert DetectionMetric.declared({"score": "anomaly"}) == DetectionMetric.names
    assert set(DetectionMetric.floors) <= set(DetectionMetric.names)


def test_overall_by_hand():
    # Alarms above 1.5: attacks 3 and 2, and the benign 4. TP 2, FP 1, TN 3; two benign seconds.
    found, _ = at_threshold([0, 1, 2, 3, 4, 5])
    assert found["detection/recall"] == 1.0
    assert found["detection/precision"] == pytest.approx(2 / 3)
    assert found["detection/fpr"] == 0.25
    assert found["detection/false_alarms_per_hour"] == pytest.approx(1800.0)
    assert found["detection/auroc"] == pytest.approx(6 / 8)


def test_groups_by_hand():
    found, built = at_threshold([0, 1, 2, 3, 4, 5])
    assert found["detection/test_01/fpr"] == 0.0
    assert found["detection/test_01/f1"] == 1.0
    assert found["detection/test_05/fpr"] == 0.5
    assert "detection/test_05/auroc" not in found and "detection/test_05/f1" not in found
    assert list(built.groups) == ["test_01", "test_01/DoS-1", "test_01/fuzzy-1", "test_05", "test_05/suppress-1"]
    assert built.groups["test_01"]["windows"] == 4
    assert built.groups["test_01/DoS-1"]["windows"] == 3
    assert built.groups["test_01/DoS-1"]["attacks"] == 1
    assert "note" not in built.groups["test_01/DoS-1"]
    assert built.groups["test_01/fuzzy-1"]["note"] == ATTACKS_ONLY
    assert built.groups["test_05/suppress-1"]["note"] == BENIGN_ONLY


def test_a_source_without_windows_is_left_out():
    _, built = at_threshold([0, 1, 2])
    assert list(built.groups) == ["test_01", "test_01/DoS-1"]


@pytest.mark.parametrize(
    "parts", [([5, 3, 1], [0, 2, 4]), ([0, 1, 2, 3], [4, 5, 0, 1]), ([0], [1], [2], [3], [4], [5, 5])]
)
def test_neither_order_nor_batches_nor_repeats_matter(parts):
    assert at_threshold(*parts)[0] == at_threshold([0, 1, 2, 3, 4, 5])[0]


def test_validation_fits_the_threshold():
    built = metric("val", target_fpr=0.25)
    found = evaluate(built, [0, 1, 2, 3, 4, 5])
    # The benign scores are 4, 1, 0.5 and -1, and one alarm is allowed.
    assert built.calibration == {"threshold": 1.0, "target_fpr": 0.25}
    assert found["detection/threshold"] == 1.0
    assert found["detection/fpr"] == 0.25
    other = metric(target_fpr=0.25)
    other.load_calibration(built.calibration)
    assert evaluate(other, [0, 1, 2, 3, 4, 5]) == found


def test_rows_of_an_evaluation_are_forgotten():
    first, built = at_threshold([0, 1, 2, 3, 4, 5])
    assert evaluate(built, [0, 1, 2, 3, 4, 5]) == first
    assert evaluate(built, [0, 1, 2])["detection/recall"] == 1.0
    assert built.groups["test_01"]["windows"] == 3


def test_bfloat16_scores_are_accepted():
    built = metric("val", target_fpr=0.25)
    windows, outputs = batch(torch.arange(6))
    built.process(windows, {"score": outputs["score"].bfloat16()})
    assert built.evaluate(6)["detection/threshold"] == 1.0


def test_a_test_without_calibration_is_refused():
    with pytest.raises(ValueError, match=r"no threshold for the split 'test'.*run a validation first"):
        evaluate(metric(), [0, 1, 2, 3, 4, 5])


def test_a_failed_evaluation_leaves_no_rows():
    built = metric()
    with pytest.raises(ValueError, match="no threshold"):
        evaluate(built, [0, 1, 2])
    assert built.results == []


def test_a_calibration_without_threshold_is_refused():
    with pytest.raises(ValueError, match=r"has no 'threshold', only \[\]. Run a validation"):
        metric().load_calibration({})


def test_a_calibration_for_another_target_is_refused():
    with pytest.raises(ValueError, match=r"was fitted for 0.01, the config asks for 0.001.*set target_fpr=0.01"):
        metric().load_calibration({"threshold": 1.0, "target_fpr": 0.01})


def test_a_target_outside_its_range_is_refused():
    with pytest.raises(ValueError, match=r"DetectionMetric.target_fpr: got 1.0, expected a fraction in \[0, 1\)"):
        DetectionMetric(target_fpr=1.0)


def test_a_source_beyond_the_list_is_refused():
    built = metric("val")
    built.dataset_meta = {"split": "val", "sources": SOURCES[:2]}
    with pytest.raises(ValueError, match="'source' runs from 0 to 2, but the metainfo lists 2 sources"):
        evaluate(built, [0, 1, 2, 3, 4, 5])


def test_missing_metainfo_is_refused():
    built = metric()
    built.dataset_meta = {"split": "val"}
    with pytest.raises(ValueError, match=r"metainfo has no 'sources', only \['split'\]"):
        evaluate(built, [0, 1])


def test_a_missing_output_names_the_nearest():
    windows, outputs = batch(torch.arange(6))
    with pytest.raises(KeyError, match=r"predict\(batch\) has no 'scores'. Did you mean 'score'\?"):
        metric(score="scores").process(windows, outputs)


def test_a_missing_batch_key_names_what_there_is():
    windows, outputs = batch(torch.arange(6))
    del windows["index"]
    with pytest.raises(KeyError, match=r"the batch has no 'index'\. It has: duration_s, source, y"):
        metric().process(windows, outputs)


def test_a_score_of_another_shape_is_refused():
    windows, outputs = batch(torch.arange(6))
    with pytest.raises(ValueError, match=r"'score' has the shape \(6, 1\), expected one value a sample, \(6,\)"):
        metric().process(windows, {"score": outputs["score"][:, None]})


def test_an_index_of_two_samples_is_refused():
    built = metric("val")
    windows, outputs = batch(torch.arange(6))
    windows["index"] = torch.tensor([0, 1, 2, 3, 4, 3])
    built.process(windows, outputs)
    with pytest.raises(ValueError, match="the index 3 belongs to samples with different 'label'"):
        built.evaluate(6)


def test_no_sample_is_refused():
    with pytest.raises(ValueError, match="DetectionMetric: no sample was evaluated"):
        metric("val").evaluate(6)


def timed(built: DetectionMetric) -> dict:
    windows, outputs = batch(torch.arange(6))
    windows["start_s"] = torch.arange(6).double() * 0.5
    built.process(windows, outputs)
    return built.evaluate(6)


def test_recall_of_each_attack_of_a_split():
    found, _ = at_threshold([0, 1, 2, 3, 4, 5])
    assert found["detection/test_01/recall_DoS"] == found["detection/test_01/recall_fuzzy"] == 1.0
    assert not any(name.startswith("detection/test_05/recall") for name in found)


def test_recordings_of_one_attack_count_together():
    built = metric()
    built.dataset_meta = {"split": "test", "sources": ["test_01/DoS-1", "test_01/DoS-2", "test_05/suppress-1"]}
    built.load_calibration({"threshold": 2.5, "target_fpr": 1e-3})
    assert evaluate(built, [0, 1, 2, 3, 4, 5])["detection/test_01/recall_DoS"] == 0.5


def test_an_unlabelled_source_counts_nowhere_else():
    built = metric()
    built.dataset_meta["unlabelled_sources"] = ["test_05/suppress-1"]
    built.load_calibration({"threshold": 1.5, "target_fpr": 1e-3})
    found = evaluate(built, [0, 1, 2, 3, 4, 5])
    assert found["detection/fpr"] == 0.0, "its false alarm is none: nobody knows what is right there"
    assert found["detection/test_05/alarm_rate"] == 0.5 and "detection/test_05/fpr" not in found
    assert built.groups["test_05"]["note"] == built.groups["test_05/suppress-1"]["note"] == "unlabelled"
    assert built.scored["labels"].tolist() == [1, 0, 0, 1, -1, -1]


def test_windows_labelled_minus_one_are_unlabelled():
    built = metric()
    built.load_calibration({"threshold": 1.5, "target_fpr": 1e-3})
    windows, outputs = batch(torch.arange(6))
    built.process({**windows, "y": torch.tensor([1, 0, 0, 1, -1, -1])}, outputs)
    assert built.evaluate(6)["detection/test_05/alarm_rate"] == 0.5


def test_start_times_bring_episodes():
    built = metric()
    built.dataset_meta |= {"window": 100, "stride": 100}
    built.load_calibration({"threshold": 1.5, "target_fpr": 1e-3})
    found = timed(built)
    assert found["detection/episode_recall"] == found["detection/test_01/episode_recall"] == 1.0
    assert found["detection/time_to_detect_ms"] == 500.0 and found["detection/time_to_detect_frames"] == 100.0
    assert built.groups["test_01"]["episodes"] == 2
    assert built.scored["start_s"].tolist() == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5]
    assert "detection/episode_recall" not in at_threshold([0, 1, 2, 3, 4, 5])[0]


@pytest.mark.parametrize("arguments", [{"join_s": -0.5}, {"tolerance": -1}])
def test_a_negative_pause_or_tolerance_is_refused(arguments: dict):
    with pytest.raises(ValueError, match=r"DetectionMetric: got join_s=.*expected both at least 0"):
        DetectionMetric(**arguments)
