"""Sketches as people prefer them: Flow-DPO from the trained ``sketch_flow_small``, which is also the frozen reference.

A large batch and a weight on gaps between strokes keep the drawings what they were; ``sketch_flow_dpo_plan`` has neither.

Command: python tools/train.py configs/sketch_flow_dpo.py --with-companions --cfg-options preferences=data/preferences
Hardware: one CPU core, 14 epochs of 640 pairs (x86, AMD EPYC, shared; PyTorch 2.15).
Expected, 800 simulated answers by the rule ``curved`` with 15 % noise, three seeds: wins .84 to .94, gaps 1.06 to 1.07 times the base's, MMD
ratio 1.4 to 1.9; the winners' error rises by 2 to 3 % (docs/preferences.md).
"""

_base_ = ["sketch_flow_small.py"]
preferences = "data/preferences"
beta = 1000.0
statistics_beta = 100.0
batch_size = 128
continuity_weight = 75.0
sft_weight = 0.0
learning_rate = 1e-4
max_epochs = 14
val_interval = 2
base_config = "configs/sketch_flow_small.py"
base_checkpoint = "auto"
base = dict(config="${base_config}", checkpoint="${base_checkpoint}")
pairs = dict(type="PreferenceDataset", root="${preferences}", num_classes="${num_classes}")
model = dict(network=dict(type="PreferenceFlow", p_uncond=0.0))
train_dataloader = dict(_delete_=True, batch_size="${batch_size}", dataset=dict(split="train", **pairs))
val_dataloader = dict(_delete_=True, batch_size=100, dataset=dict(split="both", **pairs))
val_evaluator = [dict(type="PreferenceStatistics", reference=base, beta="${statistics_beta}")]
optim_wrapper = dict(optimizer=dict(weight_decay=0.0))
param_scheduler = [dict(type="LinearLR", by_epoch=False, start_factor=0.1, begin=0, end=10)]
train_cfg = dict(_delete_=True, type="TrainLoop", max_epochs="${max_epochs}", val_interval="${val_interval}")
custom_hooks = [
    dict(type="InitialWeightsHook", source=base),
    dict(
        type="KDHook",
        teacher=base,
        alpha=1.0,
        measure_teacher=False,
        losses=dict(
            dpo=dict(type="FlowDPO", beta="${beta}"),
            winner=dict(type="WinnerError", weight="${sft_weight}"),
            continuity=dict(
                type="StrokeContinuity", output="strokes_estimate", time="t", time_power=4.0, weight="${continuity_weight}"
            ),
        ),
    ),
    dict(type="EMAHook", decay="${ema_decay}"),
    dict(type="EarlyStoppingHook", monitor="preferences/held_out_loss", rule="less", patience=4),
]
default_hooks = dict(checkpoint=dict(_delete_=True, type="CheckpointHook", interval=1, max_keep=2))
del base, pairs
