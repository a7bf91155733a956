"""The large GAT, trained on all windows.

Command: python tools/train.py configs/gat_teacher_normal.py --with-companions --cfg-options data_root=../shared/data/can/hcrl_sa max_epochs=6 seed=7
Hardware: one CPU core is enough; no GPU was measured. Wall time: minutes there, 942 steps of 32 windows.
Expected, seed 7: F1 0.999 on test_01, 0.000 on test_03, at 0.1 % false alarms on benign validation windows.
"""

_base_ = ["_base_/runtime.py", "_base_/can.py"]
max_epochs = 5
run = dict(model="gat", model_size="teacher", mode="normal")
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
val_evaluator = [dict(type="DetectionMetric", target_fpr="${target_fpr}", floor=6.9)]
test_evaluator = [dict(type="DetectionMetric", target_fpr="${target_fpr}", floor=6.9)]
custom_hooks = [
    dict(type="EMAHook", decay=0.999),
]
