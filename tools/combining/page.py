"""The page of combinations: a table of the outcomes, and the config check's reasons below it."""

from collections.abc import Mapping

from stillhouse.engine.errors import ConfigError

from .architecture import trained_configs
from .cases import DISTILLATIONS, SETTINGS, Case, every_case
from .crossing import VERDICTS, Outcome
from .recipes import RECIPES, recipe_of

COMMAND = "python tools/combine.py --whole --out docs/combinations.md"
HEAD = f"""# Combinations

Every network that a shipped config trains, with distillation and without, under each way to train it. Generated, not written, by

```sh
{COMMAND}
```

on CPU cores, one thread a process: the shipped config of the row at its smallest sizes, on generated data, is checked, trained
for two steps, validated on one batch, and saved. A cell is **ok** where nothing was wrong with any of these:

- losses and weights are finite, the weights have moved, and the distillation has as many teachers as asked for;
- a step had the parts, the processes, the precision and the average that the setting asks for, and the checkpoint can be read;
- with EMA the raw weights are bit for bit those of the plain run, and the checkpoint holds others beside them;
- under AMP (bf16) the first loss is within 10 % of the plain run's, compiled within .1 %;
- with DDP (gloo, two processes) both ranks end with the same weights;
- with FSDP2 (gloo, two processes, no units) the first loss is DDP's to 1e-5.

Accumulation is of two parts a step; *together* is EMA, accumulation, AMP and DDP at once. **no** and a number: the config check
refuses it before anything is built, for the reason of that number below the table. A dash: not tried, because compiling takes
as long as a dozen other cells; without `--whole` the command above compiles a network under one distillation only.
"""


def page(outcomes: Mapping[str, Outcome]) -> str:
    """The Markdown of the page.

    Args:
        outcomes: of the whole cross, by the cases' names.

    Raises:
        ConfigError: a config's network has no recipe, or a case has no outcome; compiled ones need none.
    """
    outcomes = {**{case.name: Outcome("skipped") for case in every_case() if case.setting == "compile"}, **outcomes}
    missing = [case.name for case in every_case() if case.name not in outcomes]
    if missing:
        raise ConfigError([f"{name}: not tried yet; run tools/combine.py without --only" for name in missing])
    reasons: dict[str, int] = {}
    lines = [_row(["network", "distillation", *SETTINGS]), _row(["---"] * (2 + len(SETTINGS)))]
    for network in RECIPES:
        for distillation in DISTILLATIONS:
            cells = [_cell(outcomes[Case(network, distillation, one).name], reasons) for one in SETTINGS]
            lines.append(_row([f"`{network}`", distillation, *cells]))
    listed = [f"{number}. {text}" for text, number in reasons.items()]
    counts = ", ".join(f"{count} {verdict}" for verdict, count in counted(outcomes).items())
    return "\n".join([HEAD, *lines, "", f"Cells: {counts}.", "", *listed, "", *_configs()])


def counted(outcomes: Mapping[str, Outcome]) -> dict[str, int]:
    """verdict -> cells."""
    verdicts = [outcome.verdict for outcome in outcomes.values()]
    return {verdict: verdicts.count(verdict) for verdict in VERDICTS}


def _cell(outcome: Outcome, reasons: dict[str, int]) -> str:
    if outcome.verdict in ("ok", "skipped"):
        return {"ok": "ok", "skipped": "–"}[outcome.verdict]
    # The place in the config differs from row to row, the reason does not.
    texts = [reason.partition(": ")[2] if outcome.verdict == "refused" else reason for reason in outcome.reasons]
    numbers = [reasons.setdefault(" ".join(text.split()), len(reasons) + 1) for text in texts]
    return f"{'no' if outcome.verdict == 'refused' else '**FAILED**'} ({', '.join(map(str, numbers))})"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _configs() -> list[str]:
    """Which configs each row stands for, which one it was tried with, and what its distillation compares."""
    trained = trained_configs()
    lines = ["## Behind the rows", "", _row(["network", "tried with", "taught by", "KD losses of", "also trained by"])]
    lines.append(_row(["---"] * 5))
    for network in RECIPES:
        stems = [stem for stem, one in trained.items() if one == network]
        recipe = recipe_of(network, f"configs/{stems[0]}.py")
        named = (
            ", ".join(f"`{loss['type']}`" for loss in recipe.losses.values()) if recipe.losses else "config or network"
        )
        others = ", ".join(f"`{stem}`" for stem in stems if stem != recipe.config)
        lines.append(_row([f"`{network}`", f"`{recipe.config}`", f"`{recipe.taught_by}`", named, others]))
    return [*lines, ""]
