"""Digests that tell one state of a file, a folder of scenes or a run from another; None where it is not whole."""

import hashlib
import json
from pathlib import Path

from ....datasets.scene.identity import content_key
from ....datasets.scene.store import SceneStore
from ...checkpoint import chosen
from ...config import load_config, parse_options
from ...run_folder import read_result
from ..curation.exploring import REPORT


def file_digest(path: Path) -> str | None:
    """SHA-256 of a file's content."""
    if not path.is_file():
        return None
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()


def scenes_digest(folder: Path) -> str | None:
    """Of the numbers and sizes of the files of a folder of scenes, its data index."""
    store = SceneStore(folder)
    facts = [[i, store.image_path(i).stat().st_size, store.params_path(i).stat().st_size] for i in store.complete()]
    return content_key(facts) if facts else None


def run_digest(folder: Path) -> str | None:
    """Of the checkpoint that stands for a run which has ended."""
    file = chosen(folder) if folder.is_dir() and read_result(folder) is not None else None
    return None if file is None else file_digest(file)


def explored_digest(folder: Path) -> str | None:
    """Of an exploration's scenes and its report."""
    scenes, report = scenes_digest(folder), file_digest(folder / REPORT)
    return None if scenes is None or report is None else content_key([scenes, report])


def choices_digest(folder: Path) -> str:
    """Of all that people chose."""
    return content_key([[str(path.relative_to(folder)), file_digest(path)] for path in sorted(folder.rglob("*.jsonl"))])


def config_digest(path: str, options: tuple[str, ...]) -> str:
    """Of a config as it is once its bases and the options are merged.

    Raises:
        ConfigError: it cannot be read, or an option does not fit.
    """
    content = load_config(path, parse_options(list(options))).cfg.to_dict()
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=repr).encode()).hexdigest()
