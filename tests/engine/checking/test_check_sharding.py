"""What a config with parameters cut over processes is refused for."""

import pytest
from experiments import loader, optimizer

from stillhouse.models.minigpt import MiniGPT

FSDP2 = dict(type="FSDP2")
CACHE = dict(type="PreparedCacheHook")
TAKEN_OUT = "; take it out, or take model_wrapper_cfg out: DDP holds whole weights"


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            dict(custom_hooks=[CACHE]),
            "custom_hooks.0: PreparedCacheHook does not go with FSDP2: it calls the network outside the learner's forward "
            "pass, where the weights are cut" + TAKEN_OUT,
        ),
        (
            dict(custom_hooks=[dict(type="ReplayHook")]),
            "custom_hooks.0: ReplayHook does not go with FSDP2: it calls the network on one process's steps alone, while all "
            "must gather weights together" + TAKEN_OUT,
        ),
        (dict(compile=True), "compile: got True with FSDP2, which has not been tried" + TAKEN_OUT),
        (
            dict(optim_wrapper=optimizer(precision="fp16")),
            "optim_wrapper.precision: got 'fp16' with FSDP2: whether a gradient overflowed is seen in pieces of it alone; use "
            "'bf16' or 'fp32'",
        ),
        (
            dict(val_dataloader=loader("val", node_budget=100)),
            "val_dataloader.node_budget: does not go with FSDP2: processes would cut an iteration into different numbers of "
            "parts and wait for each other for ever; use a batch_size that fits",
        ),
        (
            dict(optim_wrapper=optimizer(accumulate=2)),
            "train_dataloader.drop_last: got False with FSDP2 and accumulative_counts: in an epoch's last iteration processes "
            "may have different numbers of parts and wait for each other for ever; set drop_last=True",
        ),
        (
            dict(model_wrapper_cfg=dict(type="MMSeparateDistributedDataParallel")),
            "model_wrapper_cfg.type: got 'MMSeparateDistributedDataParallel', which the runner does not know; expected "
            "'MMDistributedDataParallel', 'FSDP2'",
        ),
        (
            dict(model_wrapper_cfg=dict(type="FSDP2", unit=["Linear"])),
            "model_wrapper_cfg.unit: unknown argument of FSDP2 (engine/sharding.py). Did you mean 'units'?",
        ),
        (
            dict(model_wrapper_cfg=dict(type="FSDP2", units="Linear")),
            "model_wrapper_cfg.units: FSDP2 (engine/sharding.py) got 'Linear' (str), expected list[str] | None",
        ),
    ],
)
def test_what_cut_parameters_do_not_go_with(problems, changes, line):
    assert problems(**{"model_wrapper_cfg": FSDP2, **changes}) == [line]
    if "model_wrapper_cfg" not in changes:
        assert problems(**changes) == []


def test_a_network_that_says_why_it_cannot_be_cut(problems, monkeypatch):
    monkeypatch.setattr(MiniGPT, "sharding_refusal", "it is one number")
    assert problems() == []
    assert problems(model_wrapper_cfg=FSDP2) == [
        "model.network: MiniGPT (models/minigpt.py) does not go with FSDP2: it is one number; take model_wrapper_cfg out"
    ]


def test_what_they_go_with(problems):
    accumulating = dict(
        optim_wrapper=optimizer(accumulate=2, precision="bf16"), train_dataloader=loader("train", drop_last=True)
    )
    assert problems(model_wrapper_cfg=FSDP2, custom_hooks=[dict(type="EMAHook")], **accumulating) == []
    assert problems(model_wrapper_cfg=dict(type="MMDistributedDataParallel", static_graph=True)) == []
