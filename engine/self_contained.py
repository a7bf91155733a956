"""A network that holds others, without the files those came from."""

import copy

from ..registry import MODELS
from .companions import load_companion
from .config import is_reference


def self_contained(network: dict, state: dict) -> tuple[dict, dict]:
    """The config and state of a network, with those of the networks that its config names in their places.

    A network's class lists in ``companions`` the arguments that name other configs; each is held under the attribute of that
    name, and the argument also takes the config of a network.

    Args:
        network: config of the network, its references resolved to files.
        state: its ``state_dict``.

    Returns:
        Both again where there are no such arguments, else copies; strict loading still holds.

    Raises:
        CompanionError, CheckpointError: a file that a reference names cannot be read.
    """
    names = [name for name in getattr(MODELS.get(network["type"]), "companions", ()) if is_reference(network[name])]
    network, state = copy.deepcopy(network), dict(state)
    for name in names:
        reference = network[name]
        held, meta = load_companion(reference["config"], reference.get("checkpoint", "auto"))
        network[name], inner = self_contained(meta["network"], held.state_dict())
        state |= {f"{name}.{key}": value for key, value in inner.items()}
    return network, state
