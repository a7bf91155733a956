"""The fusion agent: a small Q-network that weighs the distilled VGAE against the distilled GAT, window by window.

Command: python tools/train.py configs/dqn_fusion.py --with-companions --cfg-options data_root=../shared/data/can/hcrl_sa
Hardware: one CPU core is enough; no GPU was measured. Wall time: under a minute there for 4,000 steps, the companions apart.
Expected, seeds 0 to 4: F1 .999 on test_01, .997 on test_03, .997 on test_02 and .998 on test_04 (docs/can.md).
"""

_base_ = ["_base_/runtime.py", "_base_/can.py"]
iterations = 4000
hidden = [160, 160]
gamma = 0.0
vgae_weights = "fixed"
run = dict(model="dqn", model_size="student", mode="fusion")
model = dict(
    type="Learner",
    network=dict(
        type="FusionAgent",
        vgae=dict(config="configs/vgae_student_autoencoder_kd.py", checkpoint="auto"),
        gat=dict(config="configs/gat_student_curriculum_kd.py", checkpoint="auto"),
        hidden="${hidden}",
        vgae_weights="${vgae_weights}",
    ),
    losses=dict(td=dict(type="TemporalDifference", q="q", action="action", target="td_target")),
)
train_dataloader = dict(batch_size=64)
val_evaluator = [
    dict(type="DetectionMetric", target_fpr="${target_fpr}", floor=0.5),
    dict(type="TermMean", names=["reward", "alpha"]),
]
test_evaluator = [dict(type="DetectionMetric", target_fpr="${target_fpr}", floor=0.5)]
train_cfg = dict(_delete_=True, type="TrainLoop", max_iters="${iterations}", val_interval=1000)
param_scheduler = [dict(type="CosineAnnealingLR", by_epoch=False, T_max="${iterations}", eta_min_ratio=0.01)]
optim_wrapper = dict(optimizer=dict(lr=1e-3))
default_hooks = dict(checkpoint=dict(interval=1000, by_epoch=False))
custom_hooks = [
    dict(type="PreparedCacheHook", cache_dir="${cache_dir}"),
    dict(type="CalibrationHook", target_fpr="${target_fpr}"),
    dict(type="ReplayHook", capacity=50_000, batch_size=256, gamma="${gamma}"),
    dict(type="EMAHook", decay=0.995),
]
