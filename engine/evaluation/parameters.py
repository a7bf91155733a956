"""How many numbers a network holds, with and without what its vocabulary adds."""

from torch import nn


def count_parameters(network: nn.Module) -> int:
    """Parameters of a network, shared ones once."""
    return sum(parameter.numel() for parameter in network.parameters())


def sizes(network: nn.Module) -> dict[str, int]:
    """Both counts, by the names that reports use."""
    return {
        "parameters": count_parameters(network),
        "parameters_without_vocabulary": vocabulary_free_parameters(network),
    }


def vocabulary_free_parameters(network: nn.Module) -> int:
    """Parameters outside the submodules whose size grows with the vocabulary.

    An ID embedding of a small network can outweigh everything else, so a compression ratio means little without this.

    Args:
        network: its attribute ``vocabulary_modules`` names those submodules; none where it has no such attribute.

    Raises:
        ValueError: it names a submodule that does not exist.
    """
    submodules = dict(network.named_modules())
    vocabulary: set[int] = set()
    for name in getattr(network, "vocabulary_modules", ()):
        if name not in submodules:
            raise ValueError(
                f"{type(network).__name__}.vocabulary_modules: no submodule {name!r}. "
                f"It has: {', '.join(key for key in submodules if key) or 'none'}."
            )
        vocabulary |= {id(parameter) for parameter in submodules[name].parameters()}
    return sum(parameter.numel() for parameter in network.parameters() if id(parameter) not in vocabulary)
