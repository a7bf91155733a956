"""Campaigns on small runs of every domain, one after another; stopped, they go on where they were."""

from collections.abc import Callable, Iterable
from pathlib import Path

from ..config import PACKAGE_ROOT, load_config
from ..errors import StillhouseError
from ..launch import train_companions
from .campaign import Outcome, disturb
from .data import MAKERS
from .faults import Fault
from .journal import Journal
from .place import Place, prepare
from .recipes import CAMPAIGNS, COMPANIONS, SHORT, Recipe


def campaigns_named(names: Iterable[str]) -> list[str]:
    """The campaigns of these names, all where there are none.

    Raises:
        StillhouseError: there is none of a name.
    """
    names = list(names)
    for name in names:
        if name not in CAMPAIGNS:
            raise StillhouseError(f"--all {name!r}: no such campaign; there are {', '.join(CAMPAIGNS)}")
    return names or list(CAMPAIGNS)


def run_series(
    names: Iterable[str], faults: list[Fault], count: int, seed: int, root: Path, say: Callable = print
) -> dict[str, list[Outcome]]:
    """Disturb a small run of each campaign.

    Args:
        names: of ``CAMPAIGNS``.
        faults: kinds; those that do not apply to a config are left out there.
        count: faults a campaign.
        seed: of the moments and of the damage.
        root: a folder of its own. What an earlier call with the same arguments has done is not done again.
        say: receives a line a fault.

    Returns:
        Name -> its outcomes.
    """
    found = {}
    for name in names:
        say(f"{name}: {CAMPAIGNS[name].config}")
        place = place_of(name, root, say)
        identity = {"options": place.options, "seed": seed, "faults": [fault.name for fault in faults]}
        journal = Journal(root / f"{name}.jsonl", identity)
        found[name] = disturb(place, faults, count, seed, say, journal.outcomes, journal.add)
    return found


def place_of(name: str, root: Path, say: Callable = print) -> Place:
    """Where a campaign's run is disturbed: its data made, its companions trained and copied."""
    recipe = CAMPAIGNS[name]
    config, options = str(_shipped(recipe)), options_of(recipe, root)
    train_companions(load_config(config, options), say=say)
    return prepare(config, options, root / name)


def options_of(recipe: Recipe, root: Path) -> dict:
    """Its options, with the data and the companions' configs written below ``root``."""
    folders = {name: str(MAKERS[name](root / "data")) for name in sorted(recipe.data())}
    options = {"work_root": str(root / "trained"), **SHORT, **recipe.options}
    for key, value in options.items():
        if isinstance(value, str) and value.startswith("{"):
            options[key] = value.format(**folders)
    if "can" in folders:
        options["cache_dir"] = str(root / "trained" / "cache")
    return options | {key: str(_small_config(of, root)) for key, of in recipe.companions.items()}


def _small_config(name: str, root: Path) -> Path:
    """A companion's config in its small form, as a file that other configs can name."""
    recipe = COMPANIONS.get(name) or CAMPAIGNS[name]
    content = {"_base_": [str(_shipped(recipe))], **_nested(options_of(recipe, root))}
    path = root / "configs" / f"{name.replace(' ', '-')}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{key} = {value!r}\n" for key, value in content.items()))
    return path


def _shipped(recipe: Recipe) -> Path:
    return PACKAGE_ROOT / "configs" / f"{recipe.config}.py"


def _nested(options: dict) -> dict:
    """Dotted keys as dicts in dicts."""
    found: dict = {}
    for key, value in options.items():
        *outer, last = key.split(".")
        place = found
        for part in outer:
            place = place.setdefault(part, {})
        place[last] = value
    return found
