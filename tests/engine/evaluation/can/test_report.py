"""The page holds the figures and its pictures, needs no other file, and is logged."""

import re

import pytest
from matplotlib.image import imread

from stillhouse.engine.evaluation.can import log_pictures, write_detection_report
from stillhouse.engine.evaluation.can.pictures import draw_pictures
from stillhouse.engine.evaluation.can.report import shown_columns
from stillhouse.engine.evaluation.seeds import RunResult

ROWS = [
    RunResult("net <1>", {"detection/f1": 0.9, "detection/fpr": 0.001, "detection/test_01/recall_DoS": 0.75}, 123, 45, "run/a"),
    RunResult("net <1>", {"detection/f1": 0.7, "detection/fpr": 0.003, "detection/test_01/recall_DoS": 0.25}, 123, 45, "run/b"),
    RunResult("rule", {"detection/f1": 0.5, "detection/test_03/alarm_rate": 0.25}, 0, 0),
]  # fmt: skip


def test_the_page(make_tested, tmp_path):
    written = write_detection_report([make_tested("net <1>"), make_tested("rule")], ROWS, tmp_path / "t.html", "A & B")
    page = written["page"].read_text()
    assert "<h1>A &amp; B</h1>" in page and "net &lt;1&gt;" in page
    assert "0.8000 ± 0.1414" in page and "0.5000 ± 0.3536" in page, "F1 and the recall of one attack, over the seeds"
    assert "10 windows of 2 recordings: 3 with an attack,\n3 benign, 4 unlabelled;\n1 episodes." in page
    assert "only counted: test_03_known_vehicle_unknown_attack/quiet-kia" in page
    assert page.count("<th>parameters</th>") == 1, "sizes stand once"
    sources = re.findall(r'src="([^"]{22})', page)
    assert len(sources) == 5 and all(source.startswith("data:image/png;base64,") for source in sources)
    assert not re.search(r'(?:src|href)="(?!data:)', page)


def test_pictures_of_one_detector_and_of_several(make_tested, tmp_path):
    alone = draw_pictures([make_tested()], tmp_path / "one")
    assert sorted(alone) == [
        "alarms", "ranking", "scores", "time_test_01_known_vehicle_known_attack", "time_test_03_known_vehicle_unknown_attack",
    ]  # fmt: skip
    both = draw_pictures([make_tested(), make_tested("b")], tmp_path / "two")
    for name, picture in both.items():
        image = imread(picture)
        assert image.shape[0] > 100 and image[..., :3].std() > 0.01, f"{name} shows nothing"
    assert imread(both["alarms"]).shape[1] > imread(alone["alarms"]).shape[1], "a column a detector"


def test_a_split_of_one_class_has_no_curve(make_tested, tmp_path):
    assert "ranking" not in draw_pictures([make_tested(labels=[0] * 10)], tmp_path)


def test_infinite_scores_are_drawn(make_tested, tmp_path):
    tested = make_tested(score=[0, 1, float("inf"), 3, 2, 0, 0, 0, -float("inf"), 0])
    assert len(draw_pictures([tested], tmp_path)) == 5


def test_detectors_on_different_windows_are_refused(make_tested, tmp_path):
    other = make_tested("b").chosen(make_tested().label >= 0)
    with pytest.raises(ValueError, match=r"'b' was tested on 6 windows of 2 recordings, 'net' on 10 of 2"):
        draw_pictures([make_tested(), other], tmp_path)
    with pytest.raises(ValueError, match="subjects: got none"):
        draw_pictures([], tmp_path)


def test_columns_are_those_that_any_run_has():
    assert shown_columns(ROWS) == ["f1", "fpr", "recall_DoS", "alarm_rate"]


def test_tensorboard_shows_the_same_pictures(make_tested, tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    drawn = draw_pictures([make_tested()], tmp_path / "drawn")
    log_pictures({"page": tmp_path / "t.html", **drawn}, tmp_path / "log", step=7)
    events = EventAccumulator(str(tmp_path / "log"), size_guidance={"images": 0})
    events.Reload()
    assert sorted(events.Tags()["images"]) == sorted(f"test/{name}" for name in drawn)
    height, width = imread(drawn["scores"]).shape[:2]
    (image,) = events.Images("test/scores")
    assert (image.step, image.height, image.width) == (7, height, width)
