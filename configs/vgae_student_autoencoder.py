"""The small graph autoencoder, trained on normal windows alone.

Command: python tools/train.py configs/vgae_student_autoencoder.py --with-companions --cfg-options data_root=../shared/data/can/hcrl_sa
Hardware: one CPU core is enough; no GPU was measured. Wall time: minutes there.
Not measured with profile features; with KD and the curriculum docs/can.md has the figures.
"""

_base_ = ["_base_/runtime.py", "_base_/can.py"]
max_epochs = 15
run = dict(model="vgae", model_size="student", mode="autoencoder")
model = dict(
    type="Learner",
    network=dict(
        type="VGAE",
        num_ids="${num_ids}",
        in_features="${in_features}",
        embedding_dim=4,
        hidden_dims=[80, 40],
        latent_dim=16,
        num_heads=1,
        score="node_error",
    ),
    losses=dict(
        reconstruction=dict(type="MeanSquaredError", output="cont_out", target="graph.x"),
        ids=dict(type="CrossEntropy", logits="canid_logits", target="graph.node_id", weight=0.1),
        neighbors=dict(type="NeighborBCE", output="neighbor_logits", weight=0.05),
        kl=dict(type="NamedOutput", output="kl_loss", weight=0.01),
    ),
)
train_dataloader = dict(batch_size=64, dataset=dict(benign_only=True))
optim_wrapper = dict(optimizer=dict(lr=2e-3))
val_evaluator = [dict(type="DetectionMetric", target_fpr="${target_fpr}"), dict(type="TermMean", names=["difficulty"])]
custom_hooks = [
    dict(type="EMAHook", decay=0.999),
]
