"""What distilled drawings must show, against the bootstrap and against the control, on each set of images."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from ..latent.criteria import Judgement
from ..seeds import RunResult, aggregate
from .distillation import BOOTSTRAP, CONTROL, DISTILLED, REFINED, TRUE, Part, Row
from .distillation_judges import CaptionJudge, Judge, SketchJudge

CHAMFER_LEFT = 0.6  # of the reference's Chamfer distance, at most
GAP = 1.25  # times the bootstrap's, at most
REFINED_NAMED = 0.9  # of the refined drawings, by the second CLIP, at least
REFINED_CHAMFER = 3.0  # times the true sketches', at most


def judged(part: Part, judges: Sequence[Judge]) -> Part:
    """A set of images with its judgements."""
    return replace(part, judgements=judge_part(part, judges))


def judge_part(part: Part, judges: Sequence[Judge]) -> list[Judgement]:
    """Every criterion on one set of images; what lacks a judge, a mask or a control is not judged.

    Every seed must hold against every reference; refined drawings have bounds of their own.

    Args:
        part: measured drawings.
        judges: those that were asked.
    """
    headline = _headline(judges)
    found = [_against(part, kind, name, what) for name, what in headline for kind in (BOOTSTRAP, CONTROL)]
    found += [_chamfer(part, kind) for kind in (BOOTSTRAP, CONTROL)]
    found.append(_gap(part))
    if part.of(REFINED):
        found += [_refined_named(part, name) for name, what in headline if what == "second CLIP"]
        found.append(_refined_chamfer(part))
    return found


def _headline(judges: Sequence[Judge]) -> list[tuple[str | None, str]]:
    """The judges that decide, by name, and what each is; None for one that is missing."""
    found: list[tuple[str | None, str]] = []
    for kind, what in ((SketchJudge, "stroke judge"), (CaptionJudge, "second CLIP")):
        names = [one.name for one in judges if isinstance(one, kind) and one.headline]
        found += [(name, what) for name in names or [None]]
    return found


def _against(part: Part, kind: str, judge: str | None, what: str) -> Judgement:
    title = f"{what} against the {kind}"
    if judge is None:
        return _missing(title, f"no {what} among --judges")
    best = max((row.figures[f"agreement_{judge}"] for row in part.of(kind)), default=None)
    if best is None:
        return _missing(title, "no --control")
    # Where all of the reference's drawings are recognised, nothing can be above it.
    bound = f"above {best:.3f}" if best < 1 else "1, as the reference"
    rows, figure = part.of(DISTILLED), f"agreement_{judge}"
    return _judged(title, rows, figure, lambda value: value > best or value == best == 1, bound)


def _chamfer(part: Part, kind: str) -> Judgement:
    title = f"Chamfer against the {kind}"
    values = [row.figures["chamfer"] for row in part.of(kind)]
    if not values:
        return _missing(title, "no --control")
    most = CHAMFER_LEFT * min(values)
    if math.isnan(most):
        return _missing(title, "no masks")
    bound = f"at most {CHAMFER_LEFT:g} x {min(values):.4f} = {most:.4f}"
    return _judged(title, part.of(DISTILLED), "chamfer", lambda value: value <= most, bound)


def _gap(part: Part) -> Judgement:
    title, rows = "gap against the bootstrap", part.of(DISTILLED)
    return _judged(title, rows, "gap_ratio", lambda value: value <= GAP, f"ratio at most {GAP:g}")


def _refined_named(part: Part, judge: str | None) -> Judgement:
    title, rows = "refined: second CLIP", part.of(REFINED)
    if judge is None:
        return _missing(title, "no second CLIP among --judges")
    least = REFINED_NAMED
    return _judged(title, rows, f"agreement_{judge}", lambda value: value >= least, f"at least {least:g}")


def _refined_chamfer(part: Part) -> Judgement:
    title, true = "refined: Chamfer against true sketches", part.of(TRUE)[0].figures["chamfer"]
    if math.isnan(true):
        return _missing(title, "no masks")
    most = REFINED_CHAMFER * true
    bound = f"at most {REFINED_CHAMFER:g} x {true:.4f} = {most:.4f}"
    return _judged(title, part.of(REFINED), "chamfer", lambda value: value <= most, bound)


def _judged(title: str, rows: Sequence[Row], figure: str, holds: Callable[[float], bool], bound: str) -> Judgement:
    values = tuple(row.figures[figure] for row in rows)
    spread = aggregate([RunResult("", row.figures, 0, 0) for row in rows])[0].metrics[figure]
    note = f"mean {spread.text('.4g')} of {spread.n} seeds" if len(values) > 1 else ""
    # What is no number fails: every comparison with it is false.
    return Judgement(title, values, bound, all(map(holds, values)), note=note)


def _missing(title: str, why: str) -> Judgement:
    return Judgement(title, (), "", None, note=why)
