"""The small GAT, trained on all windows, distilled from the large one.

Command: python tools/train.py configs/gat_student_normal_kd.py --with-companions --cfg-options data_root=../shared/data/can/hcrl_sa
Hardware: one CPU core is enough; no GPU was measured. Wall time: minutes there.
Not measured with profile features; with KD and the curriculum docs/can.md has the figures.
"""

_base_ = ["_base_/runtime.py", "_base_/can.py"]
max_epochs = 15
run = dict(model="gat", model_size="student", mode="normal")
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
val_evaluator = [dict(type="DetectionMetric", target_fpr="${target_fpr}", floor=6.9)]
test_evaluator = [dict(type="DetectionMetric", target_fpr="${target_fpr}", floor=6.9)]
custom_hooks = [
    dict(type="EMAHook", decay=0.999),
    dict(
        type="KDHook",
        teacher=dict(config="configs/gat_teacher_normal.py", checkpoint="auto"),
        temperature=4.0,
        alpha=0.7,
        cache_dir="${cache_dir}",
    ),
]
