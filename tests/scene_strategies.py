"""What tests of scenes share: strategies of hypothesis, one hand-made scene, and the real lines."""

import os
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from stillhouse.datasets.scene.parameter import Parameter
from stillhouse.datasets.scene.schema import LAYER_SCHEMA, MAX_LAYERS, SCHEMA, default_scene

# Processors are shared: time says nothing. Folders of a test may be used by its examples in turn.
SETTINGS = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
DATA = Path(os.environ.get("STILLHOUSE_DATA") or Path(__file__).resolve().parents[1] / "../shared/data")
REAL_FILES = tuple(DATA / "scene" / f"refs.{form}.jsonl" for form in ("entry-map", "prefixed"))


def value(of: Parameter) -> st.SearchStrategy:
    """Any allowed value of a parameter, the bounds among them."""
    if of.kind == "boolean":
        return st.booleans()
    if of.kind == "categorical":
        return st.sampled_from(of.choices)
    if of.kind == "integer":
        return st.integers(int(of.low), int(of.high))
    return st.floats(float(of.low), float(of.high))


def members(schema: tuple[Parameter, ...]) -> st.SearchStrategy[dict]:
    """The values of a scene or a layer by name; optional ones may be absent."""
    known = [each for each in schema if each.kind != "fixed"]
    return st.fixed_dictionaries(
        {each.name: value(each) for each in known if not each.optional},
        optional={each.name: value(each) for each in known if each.optional},
    )


@st.composite
def scenes(draw: st.DrawFn) -> dict:
    """Any complete scene within the schema."""
    return {**draw(members(SCHEMA)), "layers": draw(st.lists(members(LAYER_SCHEMA), max_size=MAX_LAYERS))}


def layer(**changes) -> dict:
    """A layer that changes nothing, but for the arguments."""
    return {"rotation": 0.0, "positionX": 0.0, "positionY": 0.0, "scaleX": 1.0, "scaleY": 1.0, **changes}


def scene(*layers: dict, **changes) -> dict:
    """The scene of defaults with these layers, but for the arguments."""
    return {**default_scene(), **changes, "layers": list(layers)}
