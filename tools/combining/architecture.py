"""Which networks the shipped configs train, told apart by their types and those of their parts."""

from pathlib import Path

from stillhouse.engine.config import PACKAGE_ROOT, Experiment, is_reference, load_config, read_once
from stillhouse.engine.errors import ConfigError

CONFIGS = PACKAGE_ROOT / "configs"


def architecture(network: dict) -> str:
    """The types of a network and of its parts, outermost first: ``FlowMatching(StrokeDiT, ClassCondition)``.

    Args:
        network: a config's ``model.network``. Other configs' networks are no parts of it.
    """
    parts = [name for value in network.values() for name in _types(value)]
    return network["type"] + (f"({', '.join(parts)})" if parts else "")


def _types(value) -> list[str]:
    if not isinstance(value, dict) or is_reference(value):
        return []
    own = [value["type"]] if isinstance(value.get("type"), str) else []
    return own + [name for item in value.values() for name in _types(item)]


def trained_configs(folder: Path = CONFIGS) -> dict[str, str]:
    """config file's stem -> architecture, of the configs of a folder that train something."""
    found = {}
    with read_once():
        for path in sorted(folder.glob("*.py")):
            experiment = load_config(path)
            if experiment.cfg.get("model"):
                found[path.stem] = architecture_of(experiment)
    return found


def architecture_of(experiment: Experiment) -> str:
    """The architecture that a config trains.

    Raises:
        ConfigError: it trains none.
    """
    network = (experiment.cfg.get("model") or {}).get("network")
    if not network:
        raise ConfigError([f"{experiment.path.name}: model.network: missing; nothing is trained there"])
    return architecture(network.to_dict())
