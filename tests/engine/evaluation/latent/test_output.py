"""The files that a judgement leaves: whole, self-contained, and true to the numbers."""

import json
import sys
from dataclasses import replace

import numpy as np
import pytest
from latent_fields import natural
from matplotlib.image import imread

from stillhouse.engine.evaluation.latent.montage import channel_montage, rgb_images
from stillhouse.engine.evaluation.latent.output import write_all
from stillhouse.engine.evaluation.latent.pictures import power_spectra
from stillhouse.engine.evaluation.latent.probe import ProbeResult
from stillhouse.engine.evaluation.latent.report import write_report
from stillhouse.engine.evaluation.latent.subject import SeedRun, Subject, subject_of_arrays
from stillhouse.engine.evaluation.latent.verdict import judge

PICTURES = ("power_spectra.png", "channel_montage.png", "gradient_histograms.png", "channel_covariance.png")


def write(folder, subjects: list[Subject]) -> dict:
    return write_all(judge([subject.run for subject in subjects]), subjects, folder, source="a.npz")


@pytest.fixture(scope="module")
def subject() -> Subject:
    plain = subject_of_arrays("seed 0", natural(0, 6, 2))
    result = ProbeResult({"colour": 0.9}, {"colour": 0.3}, {"colour": 1.0}, 2, 0.5, 0.9)
    run = SeedRun("seed 0", plain.run.evaluations, (500, 1000), result, ("agrees <b>",))
    return Subject(run, plain.latents, ["a red <block>."], config={"model": {"width": 128}})


@pytest.fixture(scope="module")
def written(subject, tmp_path_factory) -> dict:
    return write(tmp_path_factory.mktemp("out") / "phase1", [subject])


def test_four_pictures(written):
    for name in PICTURES:
        picture = imread(written["report"].parent / name)
        assert min(picture.shape[:2]) > 300 and picture.std() > 0.05


def test_the_summary_holds_full_precision_and_plain_json(written, subject):
    content = json.loads(written["summary"].read_text())
    assert content["verdict"] == "FAIL"
    seed = content["seeds"]["seed 0"]
    assert seed["evaluations"][1]["iteration"] == 1000
    assert seed["evaluations"][1]["kurtosis"] == subject.run.last.kurtosis
    assert seed["probe"]["accuracies"] == {"colour": 0.9} and seed["notes"] == ["agrees <b>"]
    assert {one["criterion"]: one["passed"] for one in content["together"]}["seeds"] is False
    # The spread of one seed is not a number.
    assert content["together"][2]["values"] == [None] and content["remedies"]["seeds"]


def test_the_page_is_self_contained_and_escaped(written):
    page = written["report"].read_text()
    assert "FAIL" in page and "a red &lt;block&gt;." in page and "agrees &lt;b&gt;" in page
    assert "<block>" not in page and 'src="data:image/png;base64,' in page
    assert "http" not in page and page.count('src="') == page.count('src="data:')
    assert "width" in page and "0.900" in page and "2 evaluations, needs 3" in page


def test_dead_latents_are_drawn_too(tmp_path):
    written = write(tmp_path, [subject_of_arrays("seed 0", np.zeros((1, 2, 6, 32, 32), np.float32))])
    assert "collapsed: dead latent" in written["report"].read_text()


@pytest.mark.parametrize("first", [0, 1])
def test_a_run_with_a_probe_beside_one_without(subject, tmp_path, first: int):
    plain = subject_of_arrays("seed 1", natural(1, 6, 2))
    page = write(tmp_path, [subject, plain] if first == 0 else [plain, subject])["report"].read_text()
    section = page.partition("What a linear probe reads")[2].partition("<h2>")[0]
    assert "0.900" in section and "seed 0" in section and "seed 1" not in section


def test_probes_of_other_labels(subject, tmp_path):
    result = replace(subject.run.probe, accuracies={"shape": 0.8}, majority={"shape": 0.2})
    other = replace(subject, run=replace(subject.run, name="seed 1", probe=result))
    section = write(tmp_path, [subject, other])["report"].read_text().partition("What a linear probe reads")[2]
    assert "0.900" in section and "not judged" in section


def test_dollars_are_drawn_as_they_stand(subject, tmp_path):
    odd = replace(subject, run=replace(subject.run, name=r"seed $\nonsense{$"), sentences=[r"$\frac$ block."])
    assert r"$\frac$ block." in write(tmp_path, [odd])["report"].read_text()


def test_colours_and_their_scale():
    latents = np.zeros((1, 6, 2, 2))
    latents[0, 0], latents[0, 1] = 9.0, -9.0
    assert rgb_images(latents)[0, 0, 0].tolist() == [255, 0, 128]
    assert rgb_images(latents[:, :1])[0, 0, 0].tolist() == [255, 128, 128]


def test_pictures_refuse_what_cannot_be_measured(tmp_path):
    for draw in (power_spectra, channel_montage):
        with pytest.raises(ValueError, match="NaN or infinity"):
            draw(np.full((2, 6, 32, 32), np.nan), tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


def test_without_jinja2(monkeypatch, subject, tmp_path):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(ImportError, match=r"stillhouse\[latent\]"):
        write_report(judge([subject.run]), [subject], {}, tmp_path / "report.html")
