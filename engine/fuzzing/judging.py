"""How one call of a reader ended."""

import time
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from .reader import PassedOverError, Reader
from .watching import GROWTH_MB, HANG_S, HangError, Watch, forget_peak, memory_mb, within

ACCEPTED, REFUSED, FINDING = VERDICTS = ("accepted", "refused clearly", "finding")
LONGEST = 2000  # letters of a message
_PACKAGE = __name__.partition(".")[0]


@dataclass(frozen=True)
class Judgement:
    """How it ended.

    Attributes:
        verdict: of ``VERDICTS``.
        what: of a refusal the message, of a finding what is wrong.
    """

    verdict: str
    what: str = ""


def judge(reader: Reader, folder: Path, names: tuple[str, ...], watch: Watch) -> Judgement:
    """Call a reader and look at what comes of it.

    Args:
        reader: the reader.
        folder: holds its files.
        names: of the files that a message may name.
        watch: sees what leaves the folder.
    """
    forget_peak()
    before, began = memory_mb()[0], time.monotonic()
    with watch.of(folder) as seen:
        found = _called(reader, folder, names)
    if found.verdict == FINDING:
        return found
    if seen:
        return Judgement(FINDING, f"left its folder: {'; '.join(seen[:3])}")
    if (spent := time.monotonic() - began) > HANG_S:
        return Judgement(FINDING, f"took {spent:.0f} s")
    if (grown := memory_mb()[1] - before) > GROWTH_MB:
        return Judgement(FINDING, f"took {grown:.0f} MiB")
    return found


def _called(reader: Reader, folder: Path, names: tuple[str, ...]) -> Judgement:
    try:
        with within(HANG_S):
            reader.read(folder)
    except PassedOverError:
        return Judgement(REFUSED, "passed over")
    except reader.refusals as error:
        return _refused(error, reader, names)
    except HangError:
        return Judgement(FINDING, f"did not end within {HANG_S:g} s")
    except BaseException as error:
        return Judgement(FINDING, f"{type(error).__name__} in {_place(error)}: {error!s:.200}")
    return Judgement(ACCEPTED)


def _refused(error: Exception, reader: Reader, names: tuple[str, ...]) -> Judgement:
    text, wanted = str(error), (reader.named,) if reader.named is not None else names
    if not any(name in text for name in wanted):
        return Judgement(FINDING, f"{type(error).__name__} in {_place(error)} names no file: {text:.200}")
    if len(text) > LONGEST:
        return Judgement(FINDING, f"{type(error).__name__} in {_place(error)} of {len(text)} letters: {text:.120}...")
    # Such letters could steer the terminal that shows the message.
    control = next((letter for letter in text if unicodedata.category(letter) == "Cc" and letter not in "\n\t"), None)
    if control is not None:
        return Judgement(FINDING, f"{type(error).__name__} in {_place(error)} with the control letter {control!r}")
    return Judgement(REFUSED, text)


def _place(error: BaseException) -> str:
    """File and line of the innermost place in this package, but for this module."""
    place, trace = "?", error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__", "")
        if name.startswith(f"{_PACKAGE}.") and name != __name__:
            place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
