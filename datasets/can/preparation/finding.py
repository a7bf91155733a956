"""Which of the six sets lie below a folder: told by the names of their files."""

import os
import re
from dataclasses import replace
from pathlib import Path

from ..errors import CANFormatError
from .journal import JOURNAL
from .mappings import CAR_HACKING_FILE, SURVIVAL_FILE, TRAIN_SHARE, car_hacking, common, survival
from .raw_set import NAMES, RawSet

_COMMON = re.compile(r"(train|test)_\d\d_\w+")
_COMMON_FLAT = re.compile(r"(train|test)_\d\d_\w+?__.+\.(csv|parquet)")
_SURVIVAL_VEHICLES = {"sonata", "soul", "spark"}
_HCRL = {"hcrl_ch": "car_hacking", "hcrl_sa": "survival"}
_ARCHIVES = (".zip", ".7z", ".tar", ".gz", ".rar")


def find_sets(root: Path, train_share: float = TRAIN_SHARE) -> list[RawSet]:
    """Every raw set below a folder, by name; prepared ones are left aside.

    Args:
        root: holds the downloads, at any depth.
        train_share: part of an attack file of raw HCRL Car-Hacking for training, in (0, 1).

    Returns:
        at least one set.

    Raises:
        CANFormatError: no such folder, no set in it, or one set twice.
    """
    if not root.is_dir():
        raise CANFormatError(root.absolute(), "no such folder", "the folder of the downloads", "Check the path.")
    found: dict[str, RawSet] = {}
    archives = []
    for folder, layout in _layouts(root, archives):
        raw = read_set(folder, _name_of(folder, layout), layout, train_share)
        if (other := found.setdefault(raw.name, raw)) is not raw:
            remedy = f"Choose one: --set {raw.name}=FOLDER."
            raise CANFormatError(folder, f"{raw.name} a second time, after {other.folder}", "one folder a set", remedy)
    if not found:
        got = (
            f"none of the sets, but {len(archives)} archives ({archives[0].name}, ...)" if archives else "none of them"
        )
        remedy = "Unpack the downloads there, keep the names of their files, or name a folder: --set hcrl_sa=FOLDER."
        raise CANFormatError(root.absolute(), got, f"one of {', '.join(NAMES)}", remedy)
    return [_alone(found[name], list(found.values())) for name in NAMES if name in found]


def set_at(name: str, folder: Path, train_share: float = TRAIN_SHARE) -> RawSet:
    """The raw set in a folder that was named.

    Args:
        name: one of the six.
        folder: where it lies; its own name does not matter.
        train_share: see ``find_sets``.

    Returns:
        the set.

    Raises:
        CANFormatError: an unknown name, no such folder, or no set in it.
    """
    if name not in NAMES:
        raise CANFormatError(f"--set {name}", "an unknown set", f"one of {', '.join(NAMES)}", "Correct the name.")
    layouts = [found for found in _layouts(folder, []) if found[1] in ("common", _HCRL.get(name))]
    if len(layouts) != 1:
        got = f"{len(layouts)} raw sets" if folder.is_dir() else "no such folder"
        raise CANFormatError(folder.absolute(), got, "one raw set", "Name the folder that holds its files.")
    return read_set(layouts[0][0], name, layouts[0][1], train_share)


def chosen_sets(
    root: Path | None, named: dict[str, Path], only: list[str] | None, train_share: float = TRAIN_SHARE
) -> list[RawSet]:
    """The sets below a folder, and those in folders of their own, which take precedence.

    Args:
        root: see ``find_sets``; None for the named ones alone.
        named: folder of each set that was named.
        only: the sets to keep; None keeps all.
        train_share: see ``find_sets``.

    Returns:
        the sets, by name.

    Raises:
        CANFormatError: see ``find_sets`` and ``set_at``; or a set to keep that is not there.
    """
    found = {raw.name: raw for raw in (find_sets(root, train_share) if root else [])}
    found.update({name: set_at(name, folder, train_share) for name, folder in named.items()})
    for name in only or []:
        if name not in found:
            got, expected = "a set that is not there", f"one of {', '.join(sorted(found))}"
            raise CANFormatError(f"--only {name}", got, expected, "Correct the name, or add its download.")
    return [raw for name, raw in sorted(found.items()) if not only or name in only]


def read_set(folder: Path, name: str, layout: str, train_share: float) -> RawSet:
    """Map a folder whose layout is known.

    Args:
        folder: where the files lie.
        name: of the set.
        layout: ``common``, ``car_hacking`` or ``survival``.
        train_share: see ``find_sets``.

    Returns:
        the set.
    """
    if layout == "common":
        return common(folder, name)
    return survival(folder, name) if layout == "survival" else car_hacking(folder, name, train_share)


def _layouts(root: Path, archives: list[Path]) -> list[tuple[Path, str]]:
    """The folders that hold a set, with its layout; a set may lie in the folder of one of HCRL's, or in the same."""
    found = []
    for place, folders, files in os.walk(root):
        folder = Path(place)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        archives += [folder / name for name in files if name.lower().endswith(_ARCHIVES)]
        if JOURNAL in files:
            folders.clear()
            continue
        layouts = _layouts_of(folder, folders, files)
        found += [(folder, layout) for layout in layouts]
        if "common" in layouts:
            folders.clear()
        if "survival" in layouts:
            folders[:] = [name for name in folders if name.lower() not in _SURVIVAL_VEHICLES]
    return found


def _layouts_of(folder: Path, folders: list[str], files: list[str]) -> list[str]:
    if any(_COMMON.fullmatch(name) for name in folders) or any(_COMMON_FLAT.fullmatch(name) for name in files):
        return ["common"]
    vehicles = [folder / name for name in folders if name.lower() in _SURVIVAL_VEHICLES]
    names = [*files, *(path.name for one in vehicles for path in one.iterdir())]
    patterns = {"car_hacking": (CAR_HACKING_FILE, files), "survival": (SURVIVAL_FILE, names)}
    return [layout for layout, (pattern, known) in patterns.items() if any(map(pattern.fullmatch, known))]


def _alone(raw: RawSet, sets: list[RawSet]) -> RawSet:
    """Without the files that other sets take among the unmapped ones."""
    taken = {recipe.raw for other in sets for recipe in other.recipes}
    inner = [other.folder for other in sets if raw.folder in other.folder.parents]
    paths = [(name, raw.folder / name) for name in raw.unmapped]
    kept = [name for name, path in paths if path not in taken and not any(one in path.parents for one in inner)]
    return replace(raw, unmapped=kept)


def _name_of(folder: Path, layout: str) -> str:
    if layout != "common":
        return next(name for name, own in _HCRL.items() if own == layout)
    name = folder.absolute().name.lower().replace("-", "_")
    if name not in NAMES:
        remedy = "Rename the folder, or say which set it is: --set NAME=FOLDER."
        raise CANFormatError(folder, "recordings of a set that its name does not tell", f"{', '.join(NAMES)}", remedy)
    return name
