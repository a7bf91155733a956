"""From a generator over simulated answers to another generator, and on from where a stop left it."""

import json
import math
from pathlib import Path

import pytest
import torch
from experiments import train
from scripts import runner

from stillhouse.datasets.sketch.preferences import PreferenceStore
from stillhouse.datasets.sketch.synthetic import plan as sketches
from stillhouse.datasets.sketch.synthetic import write
from stillhouse.engine.checking import check
from stillhouse.engine.config import load_config
from stillhouse.engine.preferences.drawing import checkpoint_digest, draw_pairs
from stillhouse.engine.preferences.rounds import AnswersMissing, Plan, run_rounds
from stillhouse.engine.sketch.generation import Settings, generate_classes
from stillhouse.engine.trained import load_trained

SCRIPT = str(Path(__file__).resolve().parents[2] / "tools" / "preference_rounds.py")
TINY = {
    "model.network.backbone.width": 16, "model.network.backbone.num_layers": 1, "model.network.backbone.num_heads": 2,
    "model.network.backbone.ffn_width": 16, "num_classes": 3, "model.network.sampling.steps": 2,
}  # fmt: skip
SHORT = {"max_epochs": 2, "train_dataloader.batch_size": 4, "learning_rate": 1e-3, "beta": 50.0}


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Path:
    """The folder of a short run of a small generator."""
    folder = tmp_path_factory.mktemp("base")
    for task in sketches(folder / "data", 8, 6, 0, ["cat", "house", "star"], 0):
        write(task)
    options = {"data_root": str(folder / "data"), "work_root": str(folder), "max_iters": 3, "val_interval": 3}
    judged = {"val_evaluator": [dict(type="SketchStatistics")], "train_dataloader.batch_size": 8, "warmup_iters": 1}
    experiment = load_config("configs/sketch_flow_small.py", {**TINY, **options, **judged})
    train(experiment)
    return experiment.work_dir


def planned(base: Path, folder: Path, **changes) -> Plan:
    known = dict(pairs=12, options={**TINY, **SHORT}, annotator=dict(rule="short"), samples=12)
    return Plan(base, folder, **{**known, **changes})


def test_pairs_are_of_one_class_from_different_noise_and_say_where_they_come_from(base: Path):
    generator = load_trained(base)
    pairs = draw_pairs(generator, generator, 7, seed=3)
    assert [pair.class_label for pair in pairs] == [0, 1, 2, 0, 1, 2, 0] and pairs[1].class_name == "house"
    for pair in pairs:
        assert not torch.equal(pair.a.noise, pair.b.noise)
        assert pair.a.checkpoint == str(generator.file) and pair.a.checkpoint_sha256 == checkpoint_digest(
            generator.file
        )
    again = draw_pairs(generator, generator, 7, seed=3)
    assert all(torch.equal(one.a.strokes, other.a.strokes) for one, other in zip(pairs, again))
    assert not torch.equal(draw_pairs(generator, generator, 1, seed=4)[0].a.noise, pairs[0].b.noise)
    told = generator.network.sample(pairs[0].b.noise[None], {"label": torch.tensor([0])})[0]
    torch.testing.assert_close(told.cpu(), pairs[0].b.strokes, atol=1e-5, rtol=0)


def test_two_rounds_and_the_result_draws_by_the_usual_tool(base: Path, tmp_path: Path):
    rows = run_rounds(planned(base, tmp_path), 2, say=lambda words: None)
    assert [row["round"] for row in rows] == [0, 1, 2]
    for row in rows:
        assert 0 <= row["wins_low"] <= row["wins"] <= row["wins_high"] <= 1 and math.isfinite(row["mmd_ratio"])
    assert rows[0]["wins"] != 0 and json.loads((tmp_path / "rounds.json").read_text()) == rows
    store = PreferenceStore(tmp_path / "preferences")
    entries = list(store.standing())
    assert len(entries) == 24 and {entry.session for entry in entries} == {"round_1", "round_2"}
    models = {entry.a.checkpoint_sha256 for entry in entries}
    assert len(models) == 2  # the second round's pairs come from the first round's network
    policy = load_trained(tmp_path / "round_1")
    before = load_trained(base).network.state_dict()
    moved = [name for name, value in policy.network.state_dict().items() if not torch.equal(value, before[name])]
    assert moved and policy.network.state_dict().keys() == before.keys()
    assert generate_classes(policy, ["star"], 2, Settings()).strokes.shape == (2, 32, 4, 2)


def test_a_second_call_goes_on_and_changes_nothing_that_is_done(base: Path, tmp_path: Path):
    first = run_rounds(planned(base, tmp_path), 1, say=lambda words: None)
    said: list[str] = []
    assert run_rounds(planned(base, tmp_path), 1, say=said.append) == first and said == []
    more = run_rounds(planned(base, tmp_path), 2, say=said.append)
    assert more[:2] == first and said[0].startswith("round 2: draws 12 pairs from ")


def test_answers_that_were_cut_off_are_completed(base: Path, tmp_path: Path):
    from stillhouse.engine.preferences import rounds

    whole, cut = planned(base, tmp_path / "whole"), planned(base, tmp_path / "cut")
    rounds.collect(whole, 1, lambda words: None)
    rounds.collect(planned(base, tmp_path / "cut", pairs=5), 1, lambda words: None)
    rounds.collect(cut, 1, lambda words: None)
    arrays = [
        {entry.a.file for entry in PreferenceStore(plan.store).standing() if hasattr(entry, "a")}
        for plan in (whole, cut)
    ]
    assert len(list(PreferenceStore(cut.store).standing())) == 12 and len(arrays[0]) == len(arrays[1]) == 12


def test_people_are_asked_with_the_command(base: Path, tmp_path: Path):
    with pytest.raises(AnswersMissing, match=r"round 1 has 0 of 12 answers.*collect_prefs.py --checkpoint .* --store"):
        run_rounds(planned(base, tmp_path, annotator=None), 1, say=lambda words: None)


@pytest.mark.parametrize("name", ["sketch_flow_dpo", "sketch_flow_dpo_plan"])
def test_the_config_is_right(name: str, base: Path, tmp_path: Path):
    from stillhouse.engine.preferences import rounds

    made = planned(base, tmp_path)
    rounds.collect(made, 1, lambda words: None)
    options = {**made.options, "preferences": str(made.store), "base_config": str(base / "config.py")}
    assert check(load_config(f"configs/{name}.py", options)) == []


def test_the_tool(base: Path, tmp_path: Path, monkeypatch, capsys):
    options = [f"{key}={value}" for key, value in {**TINY, **SHORT}.items()]
    few = ("--pairs", 12, "--samples", 12)
    assert runner(SCRIPT, monkeypatch)(base, "--folder", tmp_path, *few, "--cfg-options", *options) == 0
    assert "round_1" in capsys.readouterr().out


def test_gains_by_the_tool(base: Path, tmp_path: Path, monkeypatch, capsys):
    run_rounds(planned(base, tmp_path), 1, say=lambda words: None)
    call = runner(str(Path(SCRIPT).with_name("eval_preferences.py")), monkeypatch)
    for more in (["--rule", "short"], ["--rule", "short", "--json"], ["--json"]):
        assert call(base, tmp_path / "round_1", "--samples", 24, *more) == 0
        out = capsys.readouterr().out
        if "--json" not in more:
            assert "wins" in out and "gap to base" in out
            continue
        found = json.loads(out)
        assert list(found) == ["base", str(tmp_path / "round_1")]
        assert (found["base"]["wins"] is None) == ("--rule" not in more)
        assert found["base"]["gap_to_base"] == pytest.approx(1, abs=0.5)
