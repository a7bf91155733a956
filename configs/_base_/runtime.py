"""Defaults of every run: hooks, logging, seed."""

seed = 0
work_root = "work_dirs"
randomness = dict(seed="${seed}")
log_level = "INFO"
env_cfg = dict(mp_cfg=dict(mp_start_method="fork", opencv_num_threads=0))
visualizer = dict(type="Visualizer", vis_backends=[dict(type="LocalVisBackend"), dict(type="TensorboardVisBackend")])
default_hooks = dict(
    nan_guard=dict(type="NaNGuardHook"),
    memory=dict(type="MemoryCleanupHook"),
    log=dict(type="LogHook", interval=100),
    image=dict(type="ImageHook"),
    param_scheduler=dict(type="ParamSchedulerHook"),
    progress=dict(type="ProgressHook"),
    checkpoint=dict(type="CheckpointHook", interval=1, by_epoch=True, max_keep=2),
)
