"""The SVG of ControlSketch, there and back, and each of its faults."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from stillhouse.datasets.sketch import SketchError
from stillhouse.datasets.sketch.sketch_svg import read_sketch_svg, write_sketch_svg

STROKES = np.random.default_rng(0).uniform(-1.1, 1.1, (32, 4, 2)).astype(np.float32)
SVG = write_sketch_svg(STROKES)
PATHS = re.findall(r"    <path.*/>\n", SVG)


def refused(text: str) -> str:
    """The message about a document."""
    with pytest.raises(SketchError) as caught:
        read_sketch_svg(text, "cat_7.npz")
    message = str(caught.value)
    assert message.startswith("cat_7.npz (svg_32s): got ") and message.endswith(
        "Write the sketch again as 32 paths 'M x y C x1 y1 x2 y2 x3 y3'."
    )
    return message


@settings(max_examples=30)
@given(arrays(np.float32, (32, 4, 2), elements=st.floats(-2, 2, width=32)))
def test_strokes_survive_writing_and_reading_in_their_order(strokes):
    found = read_sketch_svg(write_sketch_svg(strokes, 3.5), "x")
    assert found.strokes.dtype == np.float32 and found.stroke_width == 3.5 and found.canvas == 512
    np.testing.assert_allclose(found.strokes, strokes, rtol=0, atol=0.5e-3 / 256 + 1e-7)


def test_pixels_become_halves_of_the_canvas_from_its_middle():
    text = SVG.replace(
        PATHS[0], PATHS[0].replace(re.findall(r'd="[^"]*"', PATHS[0])[0], 'd="M 0 512 C 256 2e-05 384 -1E1 2 3"')
    )
    want = [[-1, 1], [0, 2e-5 / 256 - 1], [0.5, -10 / 256 - 1], [2 / 256 - 1, 3 / 256 - 1]]
    np.testing.assert_allclose(read_sketch_svg(text, "x").strokes[0], want, rtol=0, atol=1e-7)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SVG.replace(PATHS[30] + PATHS[31], ""), "30 paths; strokes 31 to 32 are missing, expected 32 whole cubic"),
        (SVG.replace(PATHS[0], PATHS[0] * 2), "33 paths"),
        (SVG.replace(PATHS[4], re.sub(r' d="[^"]*"', "", PATHS[4])), "stroke 5 has no path data"),
        (SVG.replace(PATHS[4], re.sub(r' d="[^"]*"', ' d=" "', PATHS[4])), "stroke 5 has empty path data"),
        (SVG.replace(PATHS[6], PATHS[6].replace(" C ", " L ")), "stroke 7 has 'L' where its command C should stand"),
        (SVG.replace(PATHS[6], re.sub(r"M \S+", "M nan", PATHS[6])), "stroke 7 has 'nan' for number 1 of 2 after M"),
        (SVG.replace(PATHS[6], re.sub(r"M \S+", "M 1e9", PATHS[6])), "stroke 7 has a coordinate 1e+09 pixels from the"),
        (SVG.replace(' stroke-width="5.0"', "", 1), "stroke 1 has stroke-width=None"),
        (SVG.replace('"5.0"', '"4.0"', 1), "stroke widths [4.0, 5.0], expected one for all"),
        (SVG.replace("<g>", '<g transform="scale(2)">'), "<g> with a transform or a style"),
        (SVG.replace("<defs/>", "<rect/>"), "an element <rect>, expected paths alone"),
        (SVG.replace('width="512" ', ""), "width=None height='512' of <svg>"),
        (SVG.replace('width="512"', 'width="512" viewBox="0 0 1 1"'), "viewBox='0 0 1 1', expected none"),
        (SVG[:-20], "an SVG that is not XML"),
        ("", "an SVG that is not XML"),
        ("<g/>", "<g> at depth 1, expected one <svg>"),
        (SVG.replace("<svg", "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg", 1), "a document type, expected none"),
        (SVG + " " * (1 << 20), "characters, expected at most"),
    ],
)
def test_each_fault_has_its_message(text: str, message: str):
    assert message in refused(text)


def test_every_faulty_stroke_is_named_up_to_eight():
    message = refused(SVG.replace(" C ", " c "))
    assert [f"stroke {n} has" in message for n in (1, 8, 9)] == [True, True, False] and "(and 24 more)" in message


def test_a_view_box_that_changes_nothing_is_read():
    text = SVG.replace('width="512"', 'width="512px" viewBox="0,0 512 512"')
    assert read_sketch_svg(text, "x").canvas == 512
