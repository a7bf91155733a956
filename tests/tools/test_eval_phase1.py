"""The command line of the judge: its verdict is its exit status."""

import json
import runpy
import sys
from pathlib import Path

import experiments
import latent_runs
import numpy as np
import pytest
from latent_fields import checkerboard, natural, standardized

TOOL = Path(__file__).resolve().parents[2] / "tools" / "eval_phase1.py"
WRITTEN = {
    "power_spectra.png", "channel_montage.png", "gradient_histograms.png", "channel_covariance.png", "curves.png",
    "evaluation_summary.json", "report.html",
}  # fmt: skip


@pytest.fixture
def call(monkeypatch, capsys):
    """Runs the tool as a script would, but in this process; returns status, output and errors."""

    def run(*arguments) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", [str(TOOL), *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(str(TOOL), run_name="__main__")
        return int(ended.value.code or 0), *capsys.readouterr()

    return run


@pytest.fixture(scope="module")
def good() -> dict[str, np.ndarray]:
    return {f"seed_{number}": natural(number, sentences=16) for number in range(3)}


def test_natural_fields_pass_with_status_0(call, good, tmp_path):
    np.savez(tmp_path / "latents.npz", **good)
    status, out, _ = call("--latents", tmp_path / "latents.npz")
    assert status == 0 and out.rstrip().endswith("\nPASS")
    assert {file.name for file in (tmp_path / "phase1").iterdir()} == WRITTEN
    assert json.loads((tmp_path / "phase1" / "evaluation_summary.json").read_text())["verdict"] == "PASS"


def test_a_weak_checkerboard_in_one_of_two_seeds_fails_with_status_1(call, good, tmp_path):
    spoilt = standardized(good["seed_1"] + checkerboard(0.05)).astype(np.float32)
    np.savez(tmp_path / "latents.npz", seed_0=good["seed_0"], seed_1=spoilt)
    status, out, _ = call("--latents", tmp_path / "latents.npz", "--out-dir", tmp_path / "out")
    assert status == 1 and out.rstrip().endswith("\nFAIL") and "2 seeds, needs 3 different ones" in out
    content = json.loads((tmp_path / "out" / "evaluation_summary.json").read_text())
    failed = {
        name: [one["criterion"] for one in seed["criteria"] if one["passed"] is False]
        for name, seed in content["seeds"].items()
    }
    assert failed == {"seed 0": [], "seed 1": ["checkerboard"]}


def test_a_run_and_its_seeds(call, tmp_path):
    config = experiments.write_config(tmp_path, "phase1", **latent_runs.changes())
    experiments.train(config)
    run = latent_runs.run_of(config)
    another = experiments.write_config(tmp_path, "another", **latent_runs.changes(seed=2))
    experiments.train(another)
    status, out, _ = call(run, "--seeds", 1, latent_runs.run_of(another))
    # Nine fields span seven directions between sentences, which is too few, and their words are read without error.
    assert status == 1
    content = json.loads((run / "phase1" / "evaluation_summary.json").read_text())
    assert list(content["seeds"]) == ["seed 0", "seed 2", "seed 1"] and "agrees with the log at iteration 6" in out
    judged = {one["criterion"]: one["passed"] for one in content["seeds"]["seed 1"]["criteria"]}
    assert judged["spectrum"] and judged["between sentences"] and judged["participation ratio"] is False
    assert judged["linear probe"] and {one["criterion"]: one["passed"] for one in content["together"]}["seeds"]
    assert "a red block." in (run / "phase1" / "report.html").read_text()


def test_names_with_markup_are_printed_as_they_stand(call, good, tmp_path):
    np.savez(tmp_path / "latents.npz", **{"seed_[/]$x": 0 * good["seed_0"]})
    status, out, _ = call("--latents", tmp_path / "latents.npz")
    assert status == 1 and "seed [/]$x collapsed: dead latent" in out


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_folder_that_cannot_be_is_a_refusal(call, good, tmp_path, place: str):
    np.savez(tmp_path / "latents.npz", **good)
    (tmp_path / "file").touch()
    status, _, err = call("--latents", tmp_path / "latents.npz", "--out-dir", tmp_path / place)
    assert status == 2 and err.startswith(f"error: {tmp_path / place}: ") and err.count("\n") == 1


@pytest.mark.parametrize("seed", ["-3", "+3", "4294967296", "9" * 23, "9" * 5000, "²", "٣"])
def test_what_looks_like_a_number_but_is_no_seed(call, seed: str):
    status, _, err = call("a.pth", "--seeds", seed)
    assert status == 2 and "expected a seed from 0 to 4294967295, or a checkpoint" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name either checkpoints or --latents FILE.npz"),
        (["a.pth", "--latents", "b.npz"], "name either checkpoints or --latents FILE.npz"),
        (["--latents", "b.npz", "--seeds", "1"], "--seeds needs a checkpoint"),
        (["a.pth", "--sentences", "1"], "--sentences: got 1, expected at least 2"),
        (["--latents", "b.npz", "--sentences", "9"], "--sentences has no effect with --latents"),
        (["no/such/run"], "error: no/such/run: holds no checkpoint"),
        (["--latents", "no.npz"], "error: no.npz: no such file"),
        (["--latents", "no.npz", "--photos", "nowhere"], "error: --photos nowhere: no image there"),
    ],
)
def test_errors_of_use_have_status_2(call, tmp_path, monkeypatch, arguments: list[str], message: str):
    monkeypatch.chdir(tmp_path)
    status, _, err = call(*arguments)
    assert status == 2 and message in err and "Traceback" not in err
