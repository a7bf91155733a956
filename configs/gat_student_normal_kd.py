"""The small GAT, trained on all windows, distilled from the large one.

Command: python tools/train.py configs/gat_student_normal_kd.py --with-companions --cfg-options data_root=../shared/data/can/hcrl_sa max_epochs=6 seed=7
Hardware: one CPU core is enough; no GPU was measured. Wall time: minutes there, 942 steps of 32 windows.
Expected, seed 7: F1 0.999 on test_01, 0.000 on test_03, at 0.1 % false alarms on benign validation windows.
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
    ),
]
