"""What cannot be trained with parameters that are cut over processes, and why."""

from ...registry import MODEL_WRAPPERS, MODELS
from ..sharding import FSDP2
from .declared import known_class
from .hooks import hooks_of
from .problems import Problems, listed, shown

WRAPPERS = ("MMDistributedDataParallel", FSDP2.__name__)
# The hooks that reach for parameters outside the learner's forward pass.
HOOKS_REFUSED = {
    "PreparedCacheHook": "it calls the network outside the learner's forward pass, where the weights are cut",
    "ReplayHook": "it calls the network on one process's steps alone, while all must gather weights together",
}
INSTEAD = "take it out, or take model_wrapper_cfg out: DDP holds whole weights"


def check_sharding(problems: Problems, cfg: dict) -> None:
    """Check ``model_wrapper_cfg``, and a config where it is FSDP2 for what that does not go with."""
    wrapper = cfg.get("model_wrapper_cfg")
    kind = wrapper.get("type", WRAPPERS[0]) if isinstance(wrapper, dict) else WRAPPERS[0]
    if kind in MODEL_WRAPPERS and kind not in WRAPPERS:
        problems.add(
            "model_wrapper_cfg.type", f"got {kind!r}, which the runner does not know; expected {listed(WRAPPERS)}"
        )
    if kind != FSDP2.__name__:
        return
    for path, hook in hooks_of(cfg):
        if hook.get("type") in HOOKS_REFUSED:
            problems.add(path, f"{hook['type']} does not go with FSDP2: {HOOKS_REFUSED[hook['type']]}; {INSTEAD}")
    if cfg.get("compile"):
        problems.add("compile", f"got True with FSDP2, which has not been tried; {INSTEAD}")
    _check_network(problems, cfg)
    _check_optimizer(problems, cfg)
    _check_equal_parts(problems, cfg)


def _check_network(problems: Problems, cfg: dict) -> None:
    model = cfg.get("model")
    network = known_class(MODELS, model.get("network")) if isinstance(model, dict) else None
    refusal = getattr(network, "sharding_refusal", None)
    if refusal:
        problems.add("model.network", f"{shown(network)} does not go with FSDP2: {refusal}; take model_wrapper_cfg out")


def _check_optimizer(problems: Problems, cfg: dict) -> None:
    optimizer = cfg.get("optim_wrapper")
    if isinstance(optimizer, dict) and optimizer.get("precision") == "fp16":
        problems.add(
            "optim_wrapper.precision",
            "got 'fp16' with FSDP2: whether a gradient overflowed is seen in pieces of it alone; use 'bf16' or 'fp32'",
        )


def _check_equal_parts(problems: Problems, cfg: dict) -> None:
    """Every process must gather weights as often as the others, so each must have as many parts in every iteration."""
    for key in ("train_dataloader", "val_dataloader", "test_dataloader"):
        loader = cfg.get(key)
        if isinstance(loader, dict) and loader.get("node_budget") is not None:
            problems.add(
                f"{key}.node_budget",
                "does not go with FSDP2: processes would cut an iteration into different numbers of parts and wait for each "
                "other for ever; use a batch_size that fits",
            )
    optimizer, loader = cfg.get("optim_wrapper"), cfg.get("train_dataloader")
    several = isinstance(optimizer, dict) and optimizer.get("accumulative_counts", 1) != 1
    if several and isinstance(loader, dict) and not loader.get("drop_last"):
        problems.add(
            "train_dataloader.drop_last",
            "got False with FSDP2 and accumulative_counts: in an epoch's last iteration processes may have different numbers of "
            "parts and wait for each other for ever; set drop_last=True",
        )
