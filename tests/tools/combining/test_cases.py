"""What a case makes of a shipped config, and what the config check says to each."""

from pathlib import Path

import pytest

from stillhouse.engine.checking import check
from stillhouse.tools.combining.cases import DISTILLATIONS, SETTINGS, Case, every_case, experiment_of, folder_of
from stillhouse.tools.combining.recipes import RECIPES

DISTILLED = "cannot be distilled: "
REASONS = {
    "ContrastiveCLIP": "its embeddings mean something beside each other only; use it as CLIPEncoder(trained=...)",
    "FeedbackInverse": "its prediction is a search that ends with one scene, and no distribution",
    "FusionAgent": "the DQN agent uses already-distilled VGAE and GAT models",
}
ALONE = "ReplayHook (hooks/replay.py) cannot train in 2 processes: each would remember other steps."


def hooks_of(case: Case, root: Path) -> dict:
    return {hook["type"]: hook for hook in experiment_of(case, root).cfg.custom_hooks}


def test_the_cross_is_whole_and_has_no_case_twice():
    cases = every_case()
    assert len(cases) == len(set(cases)) == len(RECIPES) * len(DISTILLATIONS) * len(SETTINGS)
    assert len({folder_of(case, Path("x")) for case in cases}) == len(cases)
    first = {(case.network, case.distillation): case.setting for case in reversed(cases)}
    assert set(first.values()) == {"plain"}, "others are compared with it"


def test_a_plain_case_has_nothing_of_what_is_crossed(hollow: Path):
    cfg = experiment_of(Case("GAT"), hollow).cfg
    assert [hook["type"] for hook in cfg.custom_hooks] == ["CurriculumHook"]
    assert (cfg.optim_wrapper.precision, cfg.optim_wrapper.accumulative_counts, cfg.compile) == ("fp32", 1, False)
    assert cfg.train_cfg == dict(type="TrainLoop", max_iters=2, val_interval=2)


def test_all_together(hollow: Path):
    case = Case("GAT", "two teachers", "together")
    hooks, wrapper = hooks_of(case, hollow), experiment_of(case, hollow).cfg.optim_wrapper
    assert case.processes == 2 and hooks["EMAHook"]["decay"] == 0.9
    assert (wrapper.precision, wrapper.accumulative_counts) == ("bf16", 2)
    checkpoints = [reference["checkpoint"] for reference in hooks["KDHook"]["teacher"]]
    assert len(set(checkpoints)) == 2 and hooks["KDHook"]["temperature"] == 4.0, "the config's own hook is kept"


def test_losses_are_named_where_neither_config_nor_network_does(hollow: Path):
    assert hooks_of(Case("ForwardModel", "KD"), hollow)["KDHook"]["losses"] == RECIPES["ForwardModel"].losses
    assert "losses" not in hooks_of(Case("MiniGPT", "KD"), hollow)["KDHook"]
    assert "dpo" in hooks_of(Case("PreferenceFlow(StrokeDiT, ClassCondition)", "KD"), hollow)["KDHook"]["losses"]


@pytest.mark.parametrize("network", RECIPES)
def test_the_check_refuses_what_cannot_be_and_nothing_else(network: str, hollow: Path):
    for distillation in ("no KD", "two teachers"):
        found = refused(Case(network, distillation, "together"), hollow)
        reasons = [DISTILLED + REASONS[network]] if network in REASONS and distillation != "no KD" else []
        reasons += [ALONE] if network == "FusionAgent" else []
        assert len(found) == len(reasons) and all(
            reason in line for reason, line in zip(sorted(reasons), sorted(found))
        )


def refused(case: Case, root: Path) -> list[str]:
    """The check's lines; companions need not be trained for them."""
    return check(experiment_of(case, root), companions=False, processes=case.processes)


def test_the_agent_trains_in_one_process_and_is_taught_by_none(hollow: Path):
    assert refused(Case("FusionAgent", setting="AMP"), hollow) == []
    assert [ALONE in line for line in refused(Case("FusionAgent", setting="DDP"), hollow)] == [True]
    assert [DISTILLED in line for line in refused(Case("FusionAgent", "KD", "EMA"), hollow)] == [True]
