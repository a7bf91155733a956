"""What hooks, teachers and the way a run is started say against each other."""

import shutil

import pytest
import torch
from experiments import distillation, everything, loader

from stillhouse.engine.checking import check
from stillhouse.engine.config import load_config
from stillhouse.models import MiniGPT
from stillhouse.registry import MODELS

EMA = dict(type="EMAHook", decay=0.9)
REPLAY = dict(type="ReplayHook")


@MODELS.register_module(force=True)
class ImageGPT(MiniGPT):
    """A teacher that looks at pictures."""

    inputs = ("tokens", "image")


@MODELS.register_module(force=True)
class NoisyGPT(MiniGPT):
    """A teacher that draws noise before it looks."""

    prepares = ("noise",)


def test_what_may_stand_together(config, teacher):
    assert check(load_config(config(**everything(teacher)))) == []


def test_a_second_kd_hook_is_refused_with_the_way_to_have_two_teachers(config, teacher, second_teacher):
    changes = everything(teacher, custom_hooks=[distillation(teacher), EMA, distillation(second_teacher)])
    (line,) = check(load_config(config(**changes)))
    assert line == (
        "custom_hooks.2: a second KDHook (hooks/kd.py): it would replace the first one's teachers; name them all in one hook, "
        "teacher=[dict(...), dict(...)]"
    )


def test_a_second_average_is_refused(config):
    (line,) = check(load_config(config(custom_hooks=[EMA, EMA])))
    assert line.startswith("custom_hooks.1: a second EMAHook (hooks/ema.py): validation would exchange the weights")


@pytest.mark.parametrize("processes", [1, 2])
def test_a_memory_of_steps_trains_alone(config, processes: int):
    found = check(load_config(config(custom_hooks=[REPLAY])), processes=processes)
    wanted = (
        "custom_hooks.0: ReplayHook (hooks/replay.py) cannot train in 2 processes: each would remember other steps."
    )
    assert [line.startswith(wanted) for line in found] == [True] * (processes - 1)


def test_what_is_held_still_is_unused_for_several_processes(config):
    held = dict(type="FreezeHook", module="network.embedding", epochs=1)
    (line,) = check(load_config(config(custom_hooks=[held])), processes=2)
    assert line.startswith(
        "custom_hooks.0: FreezeHook (hooks/freeze.py) keeps parameters without gradients, for which 2"
    )
    assert line.endswith("set find_unused_parameters=True")
    assert check(load_config(config(custom_hooks=[held]))) == []
    assert check(load_config(config(custom_hooks=[held], find_unused_parameters=True)), processes=2) == []
    assert check(load_config(config(custom_hooks=[{**held, "epochs": 0}])), processes=2) == []


def test_without_a_compiler_nothing_is_compiled(config, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    path = config(compile=True)
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/g++" if name == "g++" else None)
    assert check(load_config(path)) == []
    monkeypatch.setattr(shutil, "which", lambda name: None)
    (line,) = check(load_config(path))
    assert line.startswith(
        "compile: got True, but no C++ compiler is there (looked for $CXX, g++, clang++); install one"
    )
    assert check(load_config(config("plain", compile=False))) == []


def test_no_teacher_at_all_is_refused(config):
    (line,) = check(load_config(config(custom_hooks=[distillation([])])))
    assert line == (
        "custom_hooks.0.teacher: KDHook got an empty list, expected at least one dict(config=..., checkpoint='auto')"
    )


@pytest.mark.parametrize(("kind", "missing"), [("ImageGPT", "'image'"), ("NoisyGPT", "'noise'")])
@pytest.mark.parametrize("several", [False, True])
def test_a_teacher_that_reads_what_the_student_s_batch_has_not(config, teacher, kind, missing, several):
    network = dict(type=kind, vocabulary=128, context=8, width=8, num_layers=1, num_heads=2)
    other = config(
        "other", model=dict(type="Learner", network=network, losses=dict()), train_dataloader=loader("train")
    )
    named = [teacher, other] if several else other
    found = check(load_config(config(custom_hooks=[distillation(named)])), companions=False)
    (line,) = [line for line in found if line.startswith("custom_hooks.0.teacher")]
    where = "custom_hooks.0.teacher.1: " if several else "custom_hooks.0.teacher: "
    assert line.startswith(f"{where}{kind} (") and f"reads {missing}, expected names of the batch of TextFile" in line
