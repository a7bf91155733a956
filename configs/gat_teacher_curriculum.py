"""The large GAT, trained with a curriculum of normal windows ordered by the VGAE teacher's error.

Command: python tools/train.py configs/gat_teacher_curriculum.py --with-companions --cfg-options data_root=../shared/data/can/hcrl_sa
Hardware: one CPU core is enough; no GPU was measured. Wall time: minutes there, 1,757 steps of 32 windows.
Expected, seeds 0 and 1: F1 .995 and 1.000 on test_01, .997 and .998 on test_03, .942 and .990 on test_02.
"""

_base_ = ["_base_/runtime.py", "_base_/can.py"]
max_epochs = 5
run = dict(model="gat", model_size="teacher", mode="curriculum")
model = dict(
    type="Learner",
    network=dict(
        type="GAT",
        num_ids="${num_ids}",
        in_features="${in_features}",
        embedding_dim=32,
        hidden_dim=64,
        num_layers=5,
        num_heads=8,
        pool="mean_max",
    ),
    losses=dict(cross_entropy=dict(type="CrossEntropy", logits="logits", target="y")),
)
train_dataloader = dict(
    sampler=dict(type="CurriculumSampler", epochs="${max_epochs}", ratio_start=1.0, ratio_end=10.0, momentum=0.9),
)
optim_wrapper = dict(optimizer=dict(lr=1e-3))
val_evaluator = [dict(type="DetectionMetric", target_fpr="${target_fpr}", floor=6.9)]
test_evaluator = [dict(type="DetectionMetric", target_fpr="${target_fpr}", floor=6.9)]
custom_hooks = [
    dict(type="EMAHook", decay=0.999),
    dict(
        type="CurriculumHook",
        scorer=dict(config="configs/vgae_teacher_autoencoder.py", checkpoint="auto"),
        cache_dir="${cache_dir}",
    ),
]
