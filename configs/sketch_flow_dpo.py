"""Sketches as people prefer them: Flow-DPO from the trained ``sketch_flow_small``, which is also the frozen reference.

Command: python tools/train.py configs/sketch_flow_dpo.py --with-companions --cfg-options preferences=data/preferences
"""

_base_ = ["sketch_flow_small.py"]
preferences = "data/preferences"
beta = 2000.0
sft_weight = 0.0
learning_rate = 1e-5
max_epochs = 10
base_config = "configs/sketch_flow_small.py"
base_checkpoint = "auto"
base = dict(config="${base_config}", checkpoint="${base_checkpoint}")
pairs = dict(type="PreferenceDataset", root="${preferences}", num_classes="${num_classes}")
model = dict(
    network=dict(type="PreferenceFlow", p_uncond=0.0),
    losses=dict(velocity=dict(type="MeanSquaredError", output="velocity", target="velocity_target")),
)
train_dataloader = dict(_delete_=True, batch_size=32, dataset=dict(split="train", **pairs))
val_dataloader = dict(_delete_=True, batch_size=100, dataset=dict(split="both", **pairs))
val_evaluator = [dict(type="PreferenceStatistics", reference=base, beta="${beta}")]
optim_wrapper = dict(optimizer=dict(weight_decay=0.0))
param_scheduler = [dict(type="LinearLR", by_epoch=False, start_factor=0.1, begin=0, end=10)]
train_cfg = dict(_delete_=True, type="TrainLoop", max_epochs="${max_epochs}", val_interval=1)
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
        ),
    ),
    dict(type="EMAHook", decay="${ema_decay}"),
    dict(type="EarlyStoppingHook", monitor="preferences/held_out_loss", rule="less", patience=3),
]
default_hooks = dict(
    checkpoint=dict(
        _delete_=True, type="CheckpointHook", interval=1, max_keep=2, save_best="preferences/held_out_loss", rule="less"
    )
)
del base, pairs
