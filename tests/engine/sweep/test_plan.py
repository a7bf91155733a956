"""What a sweep plans, and what it refuses before anything runs."""

from pathlib import Path

import pytest

from stillhouse.engine.errors import ConfigError, RunFolderError
from stillhouse.engine.sweep.grid import parse_grid, points
from stillhouse.engine.sweep.plan import folder_name, plan_runs, require_all, require_metrics

RATE = "optim_wrapper.optimizer.lr"


def planned(path: Path, out: Path, *axes: str, seeds: int = 2, **options) -> list:
    return plan_runs(path, options, points(parse_grid(list(axes))), seeds, out)


def test_every_point_with_every_seed_in_a_folder_of_its_own(config, tmp_path: Path):
    runs = planned(config(), tmp_path / "out", f"{RATE}=0.1,0.2", seeds=2)
    assert [run.label for run in runs] == ["lr=0.1 seed 0", "lr=0.1 seed 1", "lr=0.2 seed 0", "lr=0.2 seed 1"]
    assert [run.folder for run in runs] == [
        tmp_path / "out" / f"lr={lr}" / f"seed_{seed}" for lr in (0.1, 0.2) for seed in (0, 1)
    ]
    assert [run.experiment.cfg.randomness.seed for run in runs] == [0, 1, 0, 1]
    assert runs[2].experiment.cfg.optim_wrapper.optimizer.lr == 0.2
    assert not any(run.finished for run in runs)
    require_all(runs)


def test_seeds_count_from_the_configs_own(config, tmp_path: Path):
    assert [run.seed for run in planned(config(seed=5), tmp_path, seeds=3)] == [5, 6, 7]


def test_folders_of_long_or_odd_values_differ(tmp_path: Path):
    found = points(parse_grid(["a.losses={'x': 1},{'x': 2}," + "y" * 200 + "," + "y" * 201]))
    names = [folder_name(point) for point in found]
    assert len(set(names)) == 4 and all("/" not in name and len(name) < 100 for name in names)
    assert folder_name(points({})[0]) == "as_it_is"


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        (["optim_wrapper.optimizer.learning_rate=1,2"], "learning_rate"),
        (["optim_wrappr.lr=1,2"], "optim_wrappr"),
        ([f"{RATE}=0.1,fast"], "(with lr=fast)"),
    ],
)
def test_unknown_keys_and_values_are_refused_once(config, tmp_path: Path, axes: list[str], message: str):
    with pytest.raises(ConfigError) as refused:
        require_all(planned(config(), tmp_path / "out", *axes))
    assert message in str(refused.value) and len(refused.value.problems) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("axes", "seeds", "message"),
    [
        (["seed=1,2"], 1, "not in --grid"),
        ([], 0, "--seeds: got 0, expected at least 1"),
        (["custom_hooks.KDHook.alpha=1"], 1, "custom_hooks holds no 'KDHook'"),
    ],
)
def test_refusals_of_the_plan(config, tmp_path: Path, axes: list[str], seeds: int, message: str):
    with pytest.raises(ConfigError, match=message):
        planned(config(custom_hooks=[dict(type="EMAHook")]), tmp_path, *axes, seeds=seeds)


def test_testing_needs_test_data(config, tmp_path: Path):
    with pytest.raises(ConfigError, match=r"--test: .* has no test_dataloader"):
        plan_runs(config(), {}, points({}), 1, tmp_path, tested=True)


def test_a_folder_with_a_run_of_another_config_is_refused(config, tmp_path: Path):
    (run,) = planned(config(), tmp_path / "out", seeds=1)
    run.folder.mkdir(parents=True)
    (run.folder / "config.py").write_text(run.experiment.recorded().pretty_text)
    require_all([run])
    (other,) = planned(config(), tmp_path / "out", seeds=1, log_level="ERROR", **{RATE: 0.3})
    with pytest.raises(RunFolderError, match=r"another config \(optim_wrapper.optimizer.lr: 0.01 there, 0.3 now\)"):
        require_all([other])


def test_results_that_no_run_will_report_are_refused(config, tmp_path: Path):
    runs = planned(config(), tmp_path / "out")
    require_metrics(runs, ["nll"])
    with pytest.raises(ConfigError) as refused:
        require_metrics(runs, ["nl", "nll", "test/nll"])
    assert refused.value.problems == [
        "'nl' is no result of these runs; there are 'nll'. Did you mean 'nll'?",
        "'test/nll' is no result of these runs; there are 'nll'. Did you mean 'nll'?",
    ]


def test_results_of_metrics_that_declare_no_names_are_let_be(config, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("stillhouse.engine.sweep.plan.metric_names", lambda cfg, key: None)
    require_metrics(planned(config(), tmp_path / "out"), ["anything"])
