"""The large GAT, trained on all windows.

Command: python tools/train.py configs/gat_teacher_normal.py --with-companions --cfg-options data_root=../shared/data/can/hcrl_sa
Hardware: one CPU core is enough; no GPU was measured. Wall time: minutes there.
Not measured with profile features; with KD and the curriculum docs/can.md has the figures.
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
