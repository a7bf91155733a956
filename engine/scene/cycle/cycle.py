"""Rounds of generating, training, scoring, exploring and curating, each stage skipped while its inputs are the same."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ....datasets.scene.durable import locked
from ....datasets.scene.ref_file import RefFile
from ....datasets.scene.store import SceneStore
from ...command import INTERRUPTED
from .errors import CurationMissing, CycleError
from .fingerprint import config_digest, file_digest
from .plan import Plan
from .rounds import BY_HAND, Round, new_round, rounds
from .stage import Finished, Stage
from .stages import EXPLORED, NEEDS, STAGES, Given

Run = Callable[[str, Sequence[str]], int]
Say = Callable[[str], object]
LOCK_PATIENCE_S = 5.0


@dataclass
class Cycle:
    """A plan, what runs its stages, and who is told.

    Attributes:
        plan: arguments of the stages.
        run: runs a tool, given its name and its arguments; returns its exit status.
        say: told what is done.
        show: called whenever there is something new to look at.
    """

    plan: Plan
    run: Run
    say: Say = print
    show: Callable[[], object] = lambda: None

    def go(self, most: int | None = None, keep: int | None = None) -> list[Round]:
        """Go through the rounds; what is done already is kept, so that a second call goes on where the first one stopped.

        Args:
            most: rounds in all; None for the one that is open, or one more where none is.
            keep: add the first so many scenes of each exploration to the references; None waits for somebody to choose.

        Returns:
            the rounds, all of them curated.

        Raises:
            CurationMissing: somebody must choose first.
            CycleError: a stage failed; the same call goes on there.
            ConfigError: a config cannot be read, or an option does not fit it.
            SceneError: another process goes through the same cycle.
        """
        with locked(self.plan.folder / "cycle", LOCK_PATIENCE_S):
            check_configs(self.plan)
            current = self._open_round()
            last = current.number if most is None else most
            while current.number <= last:
                self._through(current)
                self._curate(current, keep)
                current = new_round(self.plan.folder, current.number + 1)
            self.show()
            return rounds(self.plan.folder)

    def listing(self) -> Iterator[tuple[str, str | None, list[str]]]:
        """The stages of the round that is open or comes next: name, why it would run or None, its command; nothing is changed."""
        current = self._open_round(write=False)
        refs = current.refs if current.explored is not None else self.plan.refs
        given = Given(self.plan, current.number, refs)
        for name, make in STAGES.items():
            missing = [before for before in NEEDS[name] if before not in given.done]
            if missing:
                yield name, f"{missing[0]} runs before it", []
                continue
            stage = make(given)
            if finished := stage.finished(self.plan.folder):
                given.done[name] = finished
            yield name, stage.why(self.plan.folder), [stage.tool, *stage.command(self.plan.folder)]

    def _open_round(self, write: bool = True) -> Round:
        """The last round, or the next one where that is curated."""
        known = rounds(self.plan.folder)
        if not known:
            return new_round(self.plan.folder, 1)
        current = known[-1]
        if current.kept is None and current.is_curated(self.plan.refs):
            if not write:
                return new_round(self.plan.folder, current.number + 1)
            current.close(self.plan.refs)
            self.say(f"round {current.number}: {told(current)}")
            self.show()
        return current if current.kept is None else new_round(self.plan.folder, current.number + 1)

    def _through(self, current: Round) -> None:
        """All stages but curation."""
        current.freeze(self.plan.refs)
        current.save()
        given = Given(self.plan, current.number, current.refs)
        for name, make in STAGES.items():
            stage = make(given)
            given.done[name] = self._have(stage, current.number)
            if current.stages.get(name) != stage.key:
                current.stages[name] = stage.key
                current.save()
            self.show()
        if current.explored is None:
            # Not the round's own copy: what was changed while the stages ran is no answer to what they found.
            current.explored = file_digest(self.plan.refs) or ""
            current.save()

    def _have(self, stage: Stage, number: int) -> Finished:
        """What a stage leaves, made where it is missing."""
        root, why = self.plan.folder, stage.why(self.plan.folder)
        if why is None and (finished := stage.finished(root)):
            self.say(f"round {number}, {stage.name}: skipped, nothing it depends on has changed")
            return finished
        self.say(f"round {number}, {stage.name}: runs, {why}")
        stage.folder(root).mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        status = self.run(stage.tool, stage.command(root))
        if status == INTERRUPTED:
            raise KeyboardInterrupt
        if status not in ((0, 1) if stage.verdict else (0,)):
            raise CycleError(
                f"{stage.name}: {stage.tool} ended with {status}, expected 0; what it said stands above. Mend that, then give "
                f"the same command again. It ran: python tools/{stage.tool}.py {' '.join(stage.command(root))}"
            )
        recorded = stage.record(root, time.monotonic() - began, status)
        if recorded is None:
            raise CycleError(f"{stage.name}: {stage.tool} left nothing whole in {stage.folder(root)}")
        if status:
            self.say(f"round {number}, {stage.name}: {stage.tool} does not hold its result for good enough, see above")
        return recorded

    def _curate(self, current: Round, keep: int | None) -> None:
        """Keep the first scenes of the exploration, or ask somebody to choose.

        Raises:
            CurationMissing: nobody has.
        """
        if not current.is_curated(self.plan.refs):
            current.by = BY_HAND if keep is None else f"the first {keep} of the exploration"
            current.save()
            if keep is None:
                raise CurationMissing(how_to_curate(self.plan, current))
            store = SceneStore(stage_folder(self.plan.folder, current, "explore") / EXPLORED)
            RefFile(self.plan.refs).add([store.read_scene(index) for index in store.complete()[:keep]])
        current.close(self.plan.refs)
        self.say(f"round {current.number}: {told(current)}")
        self.show()


def check_configs(plan: Plan) -> None:
    """Refuse what a later stage would, before the first one takes its time.

    Raises:
        ConfigError: see ``config_digest``.
    """
    config_digest(plan.forward, plan.forward_options)
    config_digest(plan.inverse, plan.inverse_options)


def stage_folder(root: Path, current: Round, name: str) -> Path:
    """Where a stage that a round went through has worked."""
    return root / f"{name}-{current.stages[name]}"


def told(current: Round) -> str:
    """What curation changed, in words."""
    kept = current.kept or {}
    return (
        f"{len(kept['added'])} scenes added, {kept['removed']} removed ({current.by}), {kept['after']:,} references now"
    )


def how_to_curate(plan: Plan, current: Round) -> str:
    """What somebody must do."""
    folders = {name: stage_folder(plan.folder, current, name) for name in STAGES}
    refs = (
        f"python tools/refs.py --refs {plan.refs} --data {folders['coverage'] / 'scenes'} "
        f"--quality {folders['quality'] / 'scenes'} --output {folders['explore']}"
    )
    return (
        f"round {current.number} is explored: choose what is kept, on a page with\n  {refs} page\nor by number with\n"
        f"  {refs} add out:0 out:3\nThen give the same command again. --keep K keeps the first K; --keep 0 none."
    )
