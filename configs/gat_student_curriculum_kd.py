"""The small GAT, trained with a curriculum of normal windows ordered by the VGAE teacher's error, distilled from the large one.

Command: python tools/train.py configs/gat_student_curriculum_kd.py --with-companions --cfg-options data_root=../shared/data/can/hcrl_sa
Hardware: one CPU core is enough; no GPU was measured. Wall time: minutes there, 5,924 steps of 32 windows.
Expected, seeds 0 to 4: F1 .999 on test_01, .997 on test_03, .997 and .998 on the unknown vehicle (test_02, test_04; docs/can.md).
"""

_base_ = ["_base_/runtime.py", "_base_/can.py"]
max_epochs = 15
run = dict(model="gat", model_size="student", mode="curriculum")
model = dict(
    type="Learner",
    network=dict(
        type="GAT",
        num_ids="${num_ids}",
        in_features="${in_features}",
        embedding_dim=8,
        hidden_dim=24,
        num_layers=2,
        num_heads=4,
        pool="mean_max",
        fc_dim=64,
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
    dict(
        type="KDHook",
        teacher=dict(config="configs/gat_teacher_curriculum.py", checkpoint="auto"),
        temperature=4.0,
        alpha=0.7,
        cache_dir="${cache_dir}",
    ),
]
