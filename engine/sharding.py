"""Parameters, gradients and optimizer states cut over the processes, and whole again in checkpoints."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch import distributed as dist
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FSDPModule, fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor

from ..registry import MODEL_WRAPPERS, nearest
from .errors import StillhouseError


@MODEL_WRAPPERS.register_module()
class FSDP2:
    """Cuts a learner's parameters, gradients and optimizer states over all processes, by PyTorch's ``fully_shard``.

    ``model_wrapper_cfg = dict(type="FSDP2", units=["TransformerEncoderLayer"])``. With n processes each holds an n-th of the
    weights, of their gradients and of what the optimizer keeps of them; a unit is gathered for its own computation and let go.
    Without units the weights are whole while a batch is computed, and the rest is cut. Gradients are exchanged in every part of
    an iteration. A KD teacher stays whole on every process. The learner is changed in place and stays the runner's model.

    Args:
        module: the learner, on its device, the same on every process or not: the first one's weights count.
        units: classes, or dotted names in the learner, of the parts that are gathered one by one.

    Raises:
        StillhouseError: a unit that is not there, a parameter without dimensions, or one that a unit shares with other parts.

    Source: Zhao et al., PyTorch FSDP (arXiv:2304.11277); Rajbhandari et al., ZeRO (arXiv:1910.02054).
    """

    def __init__(self, module: nn.Module, units: list[str] | None = None) -> None:
        scalars = [name for name, parameter in module.named_parameters() if parameter.dim() == 0]
        if scalars:
            raise StillhouseError(
                f"model_wrapper_cfg: FSDP2 cannot cut {', '.join(scalars)}, which has no dimensions; make it of shape (1,), "
                "or train without model_wrapper_cfg"
            )
        chosen = {id(part) for name in units or () for part in _parts_of(module, name)}
        parts = [part for part in reversed(list(module.modules())) if id(part) in chosen]  # inner ones first
        _refuse_shared(module, parts)
        for tensor in (*module.parameters(), *module.buffers()):
            tensor.data = tensor.data.contiguous()  # channels-last weights cannot be cut
            dist.broadcast(tensor.detach(), 0)
        mesh = init_device_mesh(next(module.parameters()).device.type, (dist.get_world_size(),))
        for part in parts:
            fully_shard(part, mesh=mesh)
        fully_shard(module, mesh=mesh)
        module.register_forward_hook(_let_go)
        self.module = module


def is_sharded(model: nn.Module) -> bool:
    """Whether ``FSDP2`` has cut the model."""
    return isinstance(model, FSDPModule)


def gathered(content: Any, keep: bool) -> Any:
    """A checkpoint's content with every cut tensor whole, on the CPU. Every process must call it with the same content.

    Args:
        content: dicts, lists and tuples of tensors and plain values.
        keep: False gives empty tensors in place of whole ones, on processes that do not need them.

    Returns:
        A copy of the dicts, lists and tuples; whole tensors and plain values as they are.
    """
    if isinstance(content, DTensor):
        whole = content.full_tensor()
        return whole.cpu() if keep else torch.empty(0)
    if isinstance(content, dict):
        return {key: gathered(value, keep) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return type(content)(gathered(value, keep) for value in content)
    return content


def spread(content: Any, like: Any) -> Any:
    """The reverse of ``gathered``: whole tensors cut as those at the same place of ``like``. Every process must call it.

    Args:
        content: dicts, lists and tuples of tensors and plain values.
        like: of the same structure; where it has no cut tensor, the content stays as it is.
    """
    if isinstance(like, DTensor) and isinstance(content, Tensor) and not isinstance(content, DTensor):
        return distribute_tensor(content.to(like.device), like.device_mesh, like.placements)
    if isinstance(content, dict) and isinstance(like, dict):
        return {key: spread(value, like.get(key)) for key, value in content.items()}
    if isinstance(content, (list, tuple)) and isinstance(like, (list, tuple)) and len(content) == len(like):
        return type(content)(spread(value, other) for value, other in zip(content, like))
    return content


def spread_optimizer(state: dict, optimizer: torch.optim.Optimizer) -> dict:
    """An optimizer's whole state, cut as the parameters it belongs to.

    Args:
        state: of ``optimizer.state_dict()``, gathered.
        optimizer: has the parameters, in the same order.
    """
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    return {**state, "state": {i: _cut_as(parameters[i], values) for i, values in state["state"].items()}}


def _cut_as(parameter: Tensor, values: dict) -> dict:
    """Moments have a parameter's shape; counters have none."""
    return {
        name: spread(value, parameter) if getattr(value, "shape", None) == parameter.shape else value
        for name, value in values.items()
    }


def _parts_of(module: nn.Module, unit: str) -> list[nn.Module]:
    """The part of a dotted name, or all those of a class."""
    named = dict(module.named_modules())
    if unit in named and unit:
        return [named[unit]]
    found = [part for name, part in named.items() if name and type(part).__name__ == unit]
    if not found:
        names = {*named, *(type(part).__name__ for part in named.values())} - {""}
        near = ", ".join(map(repr, nearest(unit, names, 3)))
        raise StillhouseError(
            f"model_wrapper_cfg.units: the learner has no part {unit!r}, by name or by class."
            + (f" Did you mean {near}?" if near else "")
        )
    return found


def _refuse_shared(module: nn.Module, parts: list[nn.Module]) -> None:
    """A parameter under two names must be gathered and let go once, so both names lie in one unit."""
    homes = {id(inner): number for number, part in reversed(list(enumerate(parts))) for inner in part.modules()}
    owners: dict[int, tuple[int, str]] = {}
    for path, inner in module.named_modules():
        for name, parameter in inner.named_parameters(recurse=False):
            home, full = homes.get(id(inner), -1), f"{path}.{name}".lstrip(".")
            first, other = owners.setdefault(id(parameter), (home, full))
            if first != home:
                raise StillhouseError(
                    f"model_wrapper_cfg.units: {other} and {full} are one parameter in two units; name a unit that holds both, "
                    "or neither"
                )


def _let_go(module: Any, inputs: Iterable, outputs: Any) -> None:
    """After a forward pass that no backward pass follows, the whole weights are of no more use."""
    if not torch.is_grad_enabled():
        module.reshard()
