"""Logged curves over resumes, and the pictures drawn from them."""

import json

import cv2
import numpy as np
import pytest

from stillhouse.engine.errors import RunFolderError
from stillhouse.engine.evaluation.curves import RunCurves, plot_curves, read_curves
from stillhouse.engine.evaluation.histograms import ScoreSample, score_histograms


def log(folder, stamp, lines, tail="") -> None:
    file = folder / stamp / "vis_data" / "scalars.json"
    file.parent.mkdir(parents=True)
    file.write_text("".join(json.dumps(line) + "\n" for line in lines) + tail)


def train(step, loss, epoch=None) -> dict:
    line = {"lr": 0.1, "time": 0.2, "loss": loss, "kd": loss / 2, "iter": step, "step": step}
    return line if epoch is None else {**line, "epoch": epoch}


def colours(path) -> set:
    return {tuple(pixel) for pixel in cv2.imread(str(path))[:, :, ::-1].reshape(-1, 3)}


def test_a_resume_replaces_what_it_repeats(tmp_path):
    log(tmp_path, "20250102_000000", [train(20, 3.0), train(30, 2.0)])
    log(tmp_path, "20250101_000000", [train(10, 9.0), train(20, 8.0)])
    curves = read_curves(tmp_path)
    assert curves.name == tmp_path.name
    assert curves.losses == {"loss": ([10, 20, 30], [9.0, 3.0, 2.0]), "kd": ([10, 20, 30], [4.5, 1.5, 1.0])}


def test_validation_by_epoch_stands_at_its_iteration(tmp_path):
    lines = [train(10, 3.0, 1), train(20, 2.0, 1), {"d/f1": 0.5, "time": 1.0, "step": 1}]
    log(tmp_path, "a", [*lines, train(30, 1.0, 2), train(40, 1.0, 2), {"d/f1": 0.7, "step": 2}])
    curves = read_curves(tmp_path, "mine")
    assert curves.name == "mine"
    assert curves.metrics == {"d/f1": ([20, 40], [0.5, 0.7])}
    assert curves.losses["loss"][0] == [10, 20, 30, 40]


def test_an_epoch_without_a_line_is_placed_between(tmp_path):
    log(tmp_path, "a", [train(20, 2.0, 2), *({"f1": 0.5, "step": step} for step in (0, 1, 2))])
    assert read_curves(tmp_path).metrics["f1"][0] == [0, 10, 20]


def test_validation_by_iteration_keeps_its_step(tmp_path):
    log(tmp_path, "a", [train(10, 3.0, 1), train(20, 2.0, 1), {"f1": 0.5, "step": 20}])
    assert read_curves(tmp_path).metrics == {"f1": ([20], [0.5])}


def test_lines_may_say_by_their_prefix_what_they_are(tmp_path):
    training = {"train/loss": 3.0, "train/lr": 0.1, "train/grad_norm": 9.0, "step": 10}
    log(tmp_path, "a", [training, {"val/d/f1": 0.5, "step": 10}])
    curves = read_curves(tmp_path)
    assert curves.losses == {"loss": ([10], [3.0])}
    assert curves.metrics == {"d/f1": ([10], [0.5])}


def test_a_torn_last_line_is_skipped(tmp_path):
    log(tmp_path, "a", [train(10, 3.0)], tail='{"loss": 2.0, "it')
    log(tmp_path, "b", [train(20, 1.0)])
    assert read_curves(tmp_path).losses["loss"] == ([10, 20], [3.0, 1.0])


def test_a_torn_line_before_others_is_named(tmp_path):
    log(tmp_path, "a", [train(10, 3.0)], tail='{"loss"\n' + json.dumps(train(20, 1.0)) + "\n")
    with pytest.raises(RunFolderError, match=r"scalars.json, line 2: not JSON .*Delete that line"):
        read_curves(tmp_path)


def test_a_folder_without_curves_is_refused(tmp_path):
    with pytest.raises(RunFolderError, match=r"no curves, expected \*/vis_data/scalars.json"):
        read_curves(tmp_path)


def test_each_run_has_its_colour(tmp_path):
    steps = [10.0, 20.0, 30.0]
    runs = [RunCurves("a", {"loss": (steps, [3.0, 2.0, 1.0])}), RunCurves("b", {"loss": (steps, [2.0, 1.0, 1.0])})]
    one, two = plot_curves(runs[:1], tmp_path / "one.png"), plot_curves(runs, tmp_path / "sub" / "two.png")
    orange = (0xD5, 0x5E, 0x00)
    assert orange not in colours(one)
    assert orange in colours(two)
    assert [path.name for path in (tmp_path / "sub").iterdir()] == ["two.png"]


def test_names_choose_panels(tmp_path):
    curve = ([1.0, 2.0], [1.0, 0.001])
    run = RunCurves("a", {"loss": curve, "kd": curve}, {"d/f1": curve, "d/t01/f1": curve})
    widths = [
        cv2.imread(str(plot_curves([run], tmp_path / "p.png", names))).shape[1]
        for names in (None, ["loss"], ["f1", "kd"])
    ]
    assert [round(width / widths[1]) for width in widths] == [3, 1, 3]


def test_an_unknown_curve_names_the_nearest(tmp_path):
    run = RunCurves("a", {"loss": ([1.0], [1.0])})
    with pytest.raises(ValueError, match=r"no run has logged 'los'. Did you mean 'loss'\?"):
        plot_curves([run], tmp_path / "p.png", ["los"])
    with pytest.raises(ValueError, match=r"no run has logged 'qqq'\. They have: loss"):
        plot_curves([run], tmp_path / "p.png", ["loss", "qqq"])


def test_nothing_to_draw_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no run has logged a loss or a metric yet"):
        plot_curves([RunCurves("a")], tmp_path / "p.png")


def test_a_histogram_panel_a_model(tmp_path):
    scores, labels = np.linspace(0, 1, 50), np.arange(50) > 40
    sample = ScoreSample("a", scores.tolist(), labels.tolist(), threshold=0.8)
    one = cv2.imread(str(score_histograms([sample], tmp_path / "one.png")))
    two = cv2.imread(str(score_histograms([sample, ScoreSample("b", [0.0, np.inf], [0, 1])], tmp_path / "two.png")))
    assert two.shape[0] > 1.5 * one.shape[0]


def test_the_threshold_is_drawn(tmp_path):
    scores, labels = [0.0, 0.1, 0.2, 1.0], [0, 0, 0, 1]
    plain = cv2.imread(str(score_histograms([ScoreSample("a", scores, labels)], tmp_path / "a.png")))
    marked = cv2.imread(str(score_histograms([ScoreSample("a", scores, labels, 0.5)], tmp_path / "b.png")))
    assert (plain != marked).any()


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        ([], "samples: got none"),
        ([ScoreSample("a", [1.0], [0, 1])], "sample 'a': 1 scores and 2 labels"),
        ([ScoreSample("a", [float("nan")], [0])], "sample 'a': holds no finite score"),
    ],
)
def test_samples_that_cannot_be_drawn_are_refused(tmp_path, samples, message):
    with pytest.raises(ValueError, match=message):
        score_histograms(samples, tmp_path / "p.png")
