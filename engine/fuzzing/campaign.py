"""A reader called with many damaged files, in a process that may hang, starve or crash."""

import multiprocessing
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Any

from .errors import FuzzingError
from .judging import ACCEPTED, FINDING, REFUSED, Judgement, judge
from .mutation import mutated
from .reader import Reader
from .watching import HANG_S, Watch, code_folders, limit_memory

VARIANTS = 4  # valid sets of files that a campaign damages
_PATIENCE_S = 60 + HANG_S  # for what no signal interrupts, the making of valid files among it


@dataclass(frozen=True)
class Finding:
    """A defect.

    Attributes:
        reader: its name.
        example: number of the input, which gives the same again with the same seed.
        what: what is wrong.
    """

    reader: str
    example: int
    what: str


@dataclass
class Tally:
    """How the examples of one reader ended.

    Attributes:
        reader: its name.
        accepted, refused: examples.
        findings: all others.
    """

    reader: str
    accepted: int = 0
    refused: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def tried(self) -> int:
        """Examples."""
        return self.accepted + self.refused + len(self.findings)

    def add(self, example: int, judgement: Judgement) -> None:
        """Count one."""
        if judgement.verdict == FINDING:
            self.findings.append(Finding(self.reader, example, judgement.what))
        self.accepted += judgement.verdict == ACCEPTED
        self.refused += judgement.verdict == REFUSED


def fuzz(reader: Reader, examples: int, seed: int = 0, first: int = 0, keep: Path | None = None) -> Tally:
    """Try a reader.

    Args:
        reader: the reader.
        examples: how many inputs.
        seed: of all chance.
        first: number of the first input; each depends on the seed and its number alone, so that a campaign goes on anywhere.
        keep: folder for the inputs of findings; None keeps none.

    Returns:
        the counts and the findings.
    """
    tally, end = Tally(reader.name), first + examples
    valid: list[dict[str, bytes]] = []
    while first < end:
        for number, judgement in _in_process(reader, range(first, end), seed):
            tally.add(number, judgement)
            first = number + 1
            if keep is not None and judgement.verdict == FINDING:
                valid = valid or valid_sets(reader, seed)
                write_example(reader, number, seed, keep / f"{reader.name}-{number}", valid)
    return tally


def valid_sets(reader: Reader, seed: int) -> list[dict[str, bytes]]:
    """The files that a campaign damages; none where each example is made for itself."""
    if reader.forged:
        return []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [reader.seed(Random(f"{seed} {reader.name} valid {number}")) for number in range(VARIANTS)]


def write_example(
    reader: Reader, example: int, seed: int, folder: Path, valid: list[dict[str, bytes]]
) -> tuple[str, ...]:
    """Write one input.

    Args:
        reader, example, seed: of the campaign.
        folder: made anew.
        valid: of ``valid_sets``.

    Returns:
        the names of the valid files.
    """
    rng = Random(f"{seed} {reader.name} {example}")
    files = reader.seed(rng) if reader.forged else rng.choice(valid)
    damaged = files if reader.forged else mutated(files, rng.choice(valid), rng)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, content in damaged.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return tuple(Path(name).name for name in files)


def _in_process(reader: Reader, examples: range, seed: int) -> Iterator[tuple[int, Judgement]]:
    """The judgements of some examples, up to one that ends the process, which is judged by that."""
    # Forked, so that what is imported already need not be again; the readers' libraries hold no locks here.
    context: Any = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_try, args=(reader, examples, seed, theirs), daemon=True)
    process.start()
    theirs.close()
    number, ready = examples.start, False
    try:
        with suppress(EOFError):
            if not ours.poll(_PATIENCE_S):
                raise FuzzingError(f"{reader.name}: its valid files were not made in {_PATIENCE_S:g} s")
            ready = ours.recv()
            while number < examples.stop:
                if not ours.poll(_PATIENCE_S):
                    yield number, Judgement(FINDING, f"gave no sign for {_PATIENCE_S:g} s")
                    return
                judgement = ours.recv()
                yield number, judgement
                number += 1
            return
        process.join()
        if not ready:
            raise FuzzingError(f"{reader.name}: its valid files cannot be made; the traceback stands above")
        yield number, Judgement(FINDING, f"ended the process with {process.exitcode}")
    finally:
        process.kill()
        process.join()
        ours.close()


def _try(reader: Reader, examples: range, seed: int, told: Connection) -> None:
    warnings.simplefilter("ignore")
    root = Path(tempfile.mkdtemp(prefix="stillhouse-fuzz-"))
    try:
        valid = valid_sets(reader, seed)
        _silence()
        told.send(True)
        watch = Watch(code_folders())
        limit_memory()
        os.chdir(root)
        for example in examples:
            names = write_example(reader, example, seed, root / "files", valid)
            told.send(judge(reader, root / "files", names, watch))
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _silence() -> None:
    """Libraries in other languages write of damaged files to the error stream."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nothing, stream)
