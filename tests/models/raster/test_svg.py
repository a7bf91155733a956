"""SVG out and in: exactness, what is read, what is refused, and agreement with Skia's own SVG renderer."""

import builtins
import math
import urllib.request
import warnings
from pathlib import Path

import hypothesis.strategies as some
import numpy as np
import pytest
import torch
from hypothesis import given, settings

from stillhouse.models.raster.svg import strokes_to_svg, svg_canvas_size, svg_to_strokes
from stillhouse.registry import MODELS

PAINT = 'stroke="#000" stroke-linecap="round" stroke-linejoin="round" fill="none"'


def document(inside: str, size: str = 'width="100" height="100"') -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{inside}</svg>'


def pixels(text: str, side: float = 100) -> np.ndarray:
    """Control points in pixels of a square document."""
    return (svg_to_strokes(text).strokes.double().numpy() + 1) * side / 2


def curve(cubics: np.ndarray, steps: int = 33) -> np.ndarray:
    """(S, steps, 2) points of cubics."""
    t = np.linspace(0, 1, steps)[:, None]
    bernstein = np.concatenate([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3], axis=1)
    return bernstein @ cubics


def sketch(count: int = 12, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    middle = torch.rand(count, 1, 2, generator=generator) * 1.4 - 0.7
    return middle + torch.randn(count, 4, 2, generator=generator) * 0.2


# --- out, and back ---


@pytest.mark.parametrize("canvas_size", [224, 1, (97, 1001), (333, 224)])
def test_what_is_written_reads_back_to_the_same_float32(canvas_size):
    generator = torch.Generator().manual_seed(1)
    strokes = torch.rand(60, 4, 2, generator=generator) * 2 - 1
    strokes[:20] *= 10 ** (torch.rand(20, 4, 2, generator=generator) * -44)  # down to the smallest float32
    strokes[20] *= 1e6
    strokes[21] = 0
    width = torch.rand(60, generator=generator) * 3 + 0.01
    opacity = torch.rand(60, generator=generator)
    colour = torch.rand(60, 3, generator=generator)
    colour[:30] = torch.round(colour[:30] * 255) / 255
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read = svg_to_strokes(strokes_to_svg(strokes, canvas_size, width, opacity, colour))
    assert all(value.dtype == torch.float32 for value in read)
    for name, wrote in (("strokes", strokes), ("width", width), ("opacity", opacity), ("colour", colour)):
        assert torch.equal(getattr(read, name), wrote), name


def test_single_values_hold_for_every_stroke():
    read = svg_to_strokes(strokes_to_svg(sketch(3), 64, 2.5, 0.25, (1.0, 0.0, 0.0)))
    assert read.width.tolist() == [2.5] * 3
    assert read.opacity.tolist() == [0.25] * 3
    assert read.colour.tolist() == [[1, 0, 0]] * 3


def test_no_strokes_make_a_white_document():
    text = strokes_to_svg(torch.zeros(0, 4, 2), (30, 40))
    read = svg_to_strokes(text)
    assert [tuple(value.shape) for value in read] == [(0, 4, 2), (0,), (0,), (0, 3)]
    assert svg_canvas_size(text) == (30, 40)
    assert skia_image(text, 30, 40).min() == 1


def test_text_is_plain_svg_with_round_ends_in_black_on_white():
    text = strokes_to_svg(torch.tensor([[[-1.0, -1], [-0.5, 0], [0.5, 0], [1, 1]]]), (100, 200))
    assert 'width="200" height="100" viewBox="-100 -50 200 100"' in text
    assert 'd="M -100 -50 C -50 0 50 0 100 50"' in text
    assert 'stroke="#000000" stroke-width="1.5" stroke-opacity="1"' in text
    assert 'fill="none" stroke-linecap="round" stroke-linejoin="round"' in text
    assert 'fill="#ffffff"' in text


# --- another program draws what is written ---


def skia_image(text: str, height: int, width: int, finer: int = 16) -> np.ndarray:
    """(H, W, 3) in [0, 1]: the document drawn by Skia's SVG module at a multiple of the size, averaged."""
    import skia

    data = text.encode()  # a stream reads the caller's memory
    dom = skia.SVGDOM.MakeFromStream(skia.MemoryStream(data))
    surface = skia.Surface(width * finer, height * finer)
    canvas = surface.getCanvas()
    canvas.scale(finer, finer)
    dom.setContainerSize(skia.Size(width, height))
    dom.render(canvas)
    image = surface.makeImageSnapshot().toarray(colorType=skia.kRGBA_8888_ColorType)[..., :3] / 255
    return image.reshape(height, finer, width, finer, 3).mean((1, 3))


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    return -10 * math.log10(np.square(one - other).mean())


def test_skia_draws_the_document_as_our_rasterizer_draws_the_strokes():
    strokes = sketch()
    width = torch.linspace(1, 4, len(strokes))
    ours = MODELS.build(dict(type="BezierRasterizer", canvas_size=(96, 128)))(strokes[None], width[None])[0]
    image = skia_image(strokes_to_svg(strokes, (96, 128), width), 96, 128)
    assert 0.5 < image.mean() < 0.98
    assert psnr(image, ours.double().numpy()[..., None]) >= 40


def test_skia_agrees_in_colour_and_opacity():
    strokes, count = sketch(), 12
    colour = torch.rand(count, 3, generator=torch.Generator().manual_seed(2))
    opacity = torch.linspace(0.3, 1, count)
    renderer = MODELS.build(dict(type="BezierRasterizer", canvas_size=96, stroke_width=3.0))
    ours = renderer(strokes[None], opacity=opacity[None], colour=colour[None])[0]
    image = skia_image(strokes_to_svg(strokes, 96, 3.0, opacity, colour), 96, 96)
    assert psnr(image, ours.double().permute(1, 2, 0).numpy()) >= 40


# --- in: geometry ---


def test_lines_and_quadratics_are_raised_exactly():
    read = pixels(document(f'<g {PAINT}><path d="M 10 20 L 40 50 Q 50 60 70 20"/></g>'))
    np.testing.assert_allclose(read[0], [[10, 20], [20, 30], [30, 40], [40, 50]], atol=1e-5)
    t = np.linspace(0, 1, 33)[:, None]
    quadratic = (1 - t) ** 2 * [40, 50] + 2 * t * (1 - t) * [50, 60] + t**2 * [70, 20]
    np.testing.assert_allclose(curve(read[1:])[0], quadratic, atol=1e-5)


@pytest.mark.parametrize("radius", [3, 40, 400, 4000])
def test_arcs_stay_within_a_hundredth_of_a_pixel(radius):
    size = 3 * radius
    text = document(f'<circle {PAINT} cx="{radius}" cy="{radius}" r="{radius}"/>', f'width="{size}" height="{size}"')
    read = pixels(text, size)
    distance = np.linalg.norm(curve(read) - radius, axis=-1)
    assert np.abs(distance - radius).max() < 0.011
    np.testing.assert_allclose(read[0, 0], read[-1, 3], atol=1e-3)


def test_an_elliptical_arc_lies_on_its_ellipse():
    read = pixels(document(f'<path {PAINT} d="M 30 50 A 30 10 0 1 1 60 60"/>'))
    ends = np.array([[30.0, 50], [60, 60]])
    np.testing.assert_allclose([read[0, 0], read[-1, 3]], ends, atol=1e-4)
    centre = [60, 50]
    np.testing.assert_allclose(np.linalg.norm((curve(read) - centre) / [30, 10], axis=-1), 1, atol=3e-4)


@pytest.mark.parametrize(
    ("shape", "count"),
    [
        ('<line x1="1" y1="2" x2="3" y2="4"/>', 1),
        ('<polyline points="1,2 3,4 9,1"/>', 2),
        ('<polygon points="1,2 3,4 9,1"/>', 3),
        ('<rect x="1" y="2" width="30" height="40"/>', 4),
        ('<rect x="1" y="2" width="30" height="40" rx="3"/>', 8),
        ('<circle cx="5" cy="5" r="4"/>', 4),
        ('<ellipse cx="5" cy="5" rx="4" ry="2"/>', 4),
        ('<path d="M1 1 2 2 3 3 z m 1 0 h 3 v 3"/>', 5),
        ('<path d="M1 1z"/>', 1),
        ('<path d="M 0 0 S 1 2 3 4 T 5 6"/>', 2),
        ('<path d=""/>', 0),
        ('<path d="M 5 5"/>', 0),
    ],
)
def test_every_shape_becomes_cubics(shape, count):
    assert len(pixels(document(f"<g {PAINT}>{shape}</g>"))) == count


def test_transforms_view_box_and_units_place_strokes_and_scale_widths():
    line = '<path d="M 0 0 L 1 2" stroke-width=".5"/>'
    inside = f'<g {PAINT} transform="translate(10 20)"><g transform="rotate(90) scale(2)">{line}</g></g>'
    read = svg_to_strokes(document(inside, 'width="2in" height="192" viewBox="0 0 48 48"'))
    points = (read.strokes + 1) * 96
    torch.testing.assert_close(points[0, [0, 3]], torch.tensor([[40.0, 80.0], [24.0, 88.0]]))  # 4 px a unit
    assert read.width.tolist() == pytest.approx([4.0])


def test_a_document_wider_than_its_view_box_centres_it():
    read = svg_to_strokes(document(f'<path {PAINT} d="M 0 0 L 10 10"/>', 'width="40" height="20" viewBox="0 0 10 10"'))
    torch.testing.assert_close(read.strokes[0, [0, 3]], torch.tensor([[-0.5, -1], [0.5, 1]]))


def test_canvas_size_stretches_the_document():
    text = document(f'<path {PAINT} d="M 0 0 L 100 50" stroke-width="2"/>')
    read = svg_to_strokes(text, canvas_size=(400, 100))
    torch.testing.assert_close(read.strokes[0, 3], torch.tensor([1.0, 0.0]))
    assert read.width.tolist() == [4.0]  # sqrt(4 * 1) times


def test_a_non_scaling_stroke_keeps_its_width():
    text = document(
        f'<path {PAINT} vector-effect="non-scaling-stroke" transform="scale(5)" stroke-width="2" d="M0 0 1 1"/>'
    )
    assert svg_to_strokes(text).width.tolist() == [2.0]


# --- in: paint ---


def test_properties_are_inherited_and_overridden_in_the_order_of_css():
    sheet = "<style>/* a */ path { stroke: red } .thick, #one { stroke-width: 7 } path.thick { stroke-opacity: 50% }</style>"
    paths = (
        '<path d="M0 0 1 1"/><path class="thin thick" d="M0 0 1 1"/>'
        '<path id="one" style="stroke: rgb(0, 0, 255); stroke-width: 3px" d="M0 0 1 1"/>'
    )
    read = svg_to_strokes(document(f'{sheet}<g {PAINT} stroke-width="2" opacity=".5">{paths}</g>'))
    assert read.colour.tolist() == [[1, 0, 0], [1, 0, 0], [0, 0, 1]]
    assert read.width.tolist() == [2, 7, 3]
    assert read.opacity.tolist() == [0.5, 0.25, 0.5]


@pytest.mark.parametrize(
    ("stroke", "colour", "opacity"),
    [
        ("#f00", [1, 0, 0], 1),
        ("#0000ff80", [0, 0, 1], 128 / 255),
        ("lime", [0, 1, 0], 1),
        ("rgb(0%, 100%, 12.5%)", [0, 1, 0.125], 1),
        ("currentColor", [0, 0, 1], 1),
    ],
)
def test_colours(stroke, colour, opacity):
    read = svg_to_strokes(document(f'<g color="blue"><path {PAINT.replace("#000", stroke)} d="M0 0 1 1"/></g>'))
    assert read.colour[0].tolist() == pytest.approx(colour)
    assert read.opacity[0].item() == pytest.approx(opacity)


@pytest.mark.parametrize(
    "hidden",
    ['display="none"', 'visibility="hidden"', 'stroke-width="0"', 'transform="scale(0)"', 'style="stroke:none"'],
)
def test_what_does_not_show_is_not_read(hidden):
    assert len(svg_to_strokes(document(f'<path {PAINT} {hidden} d="M0 0 9 9"/>')).strokes) == 0


def test_one_warning_counts_what_is_drawn_otherwise():
    text = document(
        '<defs><path d="M0 0 1 1" stroke="red"/></defs><rect width="100" height="100" fill="white"/><use href="#a"/>'
        '<text>no</text><path stroke="red" d="M0 0 1 1" stroke-dasharray="3"/><path d="M0 0 1 1 2 0"/>'
        '<path stroke="url(#g)" fill="none" clip-path="url(#c)" stroke-linejoin="round" d="M0 0 1 1"/>'
        "<style>g path { stroke: red }</style>"
    )
    with pytest.warns(UserWarning) as caught:
        assert len(svg_to_strokes(text).strokes) == 2
    assert len(caught) == 1
    for part in ("1 <text>", "1 <use>", "2 fills", "2 ends not round", "1 corners not round", "1 dashes", "1 gradients",
                 "1 clips", "1 CSS rules"):  # fmt: skip
        assert part in str(caught[0].message)


# --- in: what is refused ---

REFUSED = {
    "a string that is no SVG": ("sketch.svg", "expected SVG text; give a pathlib.Path"),
    "broken XML": ("<svg>", "not well-formed XML"),
    "another root": ("<html/>", "the root element is <html>, expected <svg>"),
    "no size": ("<svg/>", "neither width in pixels nor viewBox"),
    "no extent": ('<svg width="0" height="5"/>', "width='0' of the document; expected a positive length"),
    "a bad view box": ('<svg viewBox="0 0 1"/>', "viewBox='0 0 1'; expected four numbers"),
    "an empty view box": ('<svg viewBox="0 0 -1 nan"/>', "width and height positive"),
    "a document type": ('<!DOCTYPE svg PUBLIC "x" "http://x/y.dtd"><svg/>', "the document holds <!DOCTYPE"),
    "an entity": ('<!ENTITY a "b"><svg/>', "the document holds <!ENTITY"),
    "a style sheet elsewhere": ('<?xml-stylesheet href="a.css"?><svg/>', "the document holds <?xml-stylesheet"),
    "an image elsewhere": (document('<image href="http://x/y.png"/>'), "<image> refers to 'http://x/y.png'"),
    "an image on disk": (document('<g><image href="file:///etc/passwd"/></g>'), "refused, remove the element"),
    "a use elsewhere": (document('<use href="other.svg#a"/>'), "<use> refers to 'other.svg#a'"),
    "paint elsewhere": (document('<path style="fill:url( http://x )"/>'), "<path> refers to"),
    "an import": (document("<style>@import 'x.css';</style>"), "a style sheet refers to another file"),
    "deep nesting": (document("<g>" * 100 + "</g>" * 100), "nested more than 64 deep"),
    "path data that ends early": (
        document(f'<path {PAINT} d="M 0 0 H"/>'),
        "<path> cannot be read: its data is malformed",
    ),
    "a letter in path data": (document(f'<path {PAINT} d="M 0 0 L 1 1 foo"/>'), "holds 'foo' at character 12"),
    "a number without end": (
        document(f'<polygon {PAINT} points="{"7" * 5000}"/>'),
        "777777777777... has more than 64 digits",
    ),
    "a long root": (f'<a xmlns="{"x" * 3000}"/>', "2,9"),
    "no move first": (document(f'<path {PAINT} d="L 0 0 1 1"/>'), "starts with 'L 0 0 1 1', expected a move"),
    "an infinite coordinate": (document(f'<path {PAINT} d="M 1e999 0 L 0 0"/>'), "infinite or not a number"),
    "a long length that is none": (
        document(f'<line {PAINT} x1="1in{"A" * 5000}"/>'),
        f"length '1in{'A' * 37}'; expected",
    ),
    "a length that is none": (document(f'<line {PAINT} x1="nan"/>'), "length 'nan'; expected a number with px"),
    "a negative width": (document(f'<path {PAINT} stroke-width="-1" d="M0 0 1 1"/>'), "expected a width of 0 or more"),
    "an unknown transform": (document('<g transform="bend(3)"/>'), "transform 'bend(3)' is not a list"),
    "a short transform": (document('<g transform="matrix(1 2)"/>'), "transform 'matrix(1 2)' is not a list"),
    "an infinite transform": (document('<g transform="scale(1e999)"/>'), "is not finite"),
    "a colour that is none": (
        document(f'<path {PAINT.replace("#000", "rgb(1%,--%,2%)")} d="M0 0 1 1"/>'),
        "expected a colour",
    ),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_documents_that_are_refused(text, message):
    with pytest.raises(ValueError) as caught:
        svg_to_strokes(text)
    assert message in str(caught.value)


def test_huge_documents_are_refused(tmp_path):
    many = f'<path {PAINT} d="M0 0{" 1 1" * 100_001}"/>'
    with pytest.raises(ValueError, match="more than 100000 strokes; simplify"):
        svg_to_strokes(document(many))
    with pytest.raises(ValueError, match="its data has 3000000 characters, at most 2097152"):
        svg_to_strokes(document(f'<path {PAINT} d="{"M0 0 z" * 500_000}"/>'))
    with pytest.raises(ValueError, match="bytes, at most 8388608 are read"):
        svg_to_strokes("<svg>" + " " * (9 << 20))
    with (tmp_path / "huge.svg").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(ValueError, match="1099511627776 bytes"):
        svg_to_strokes(tmp_path / "huge.svg")


def test_files_are_read_as_utf_8(tmp_path):
    path = tmp_path / "sketch.svg"
    path.write_text("﻿" + strokes_to_svg(sketch(3), 64), encoding="utf-8")
    assert torch.equal(svg_to_strokes(path).strokes, sketch(3))
    path.write_bytes(b"\x1f\x8b\x08\xff")
    with pytest.raises(ValueError, match=r"sketch\.svg: not UTF-8 text; save the SVG as UTF-8"):
        svg_to_strokes(path)


def test_text_opens_no_file_and_no_address(monkeypatch):
    text = document(f'<image href="data:image/png;base64,AAAA"/><a href="http://x/"><path {PAINT} d="M0 0 1 1"/></a>')
    svg_to_strokes(document(f'<path {PAINT} d="M0 0 1 1"/>'))  # imports what it needs

    def refuse(*args, **kwargs):
        raise AssertionError(f"opened {args}")

    for owner, name in ((builtins, "open"), (Path, "open"), (urllib.request, "urlopen")):
        monkeypatch.setattr(owner, name, refuse)
    with pytest.warns(UserWarning, match="1 <image>"):
        assert len(svg_to_strokes(text).strokes) == 1


COMMANDS = some.text("MmLlHhVvCcSsQqTtAaZz0123456789.-+eE, ", max_size=60)


@settings(max_examples=150, deadline=None)
@given(
    data=COMMANDS,
    change=some.text("matrixskewrotate()0123456789.-, ", max_size=20),
    width=some.text("0123456789.-pxe%", max_size=5),
)
def test_any_text_gives_finite_strokes_or_a_value_error(data, change, width):
    text = document(f'<path {PAINT} d="M{data}" transform="{change}" stroke-width="{width}"/>')
    try:
        read = svg_to_strokes(text)
    except ValueError as error:
        assert str(error).startswith("svg: ")
    else:
        assert all(torch.isfinite(value).all() for value in read)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (dict(strokes=torch.zeros(2, 3, 4, 2)), r"strokes has the shape \(2, 3, 4, 2\), expected \(S, 4, 2\)"),
        (dict(strokes=torch.full((3, 4, 2), math.nan)), "strokes holds values that are not finite numbers"),
        (dict(stroke_width=torch.ones(2)), r"stroke_width has the shape \(2,\), expected \(3\)"),
        (dict(stroke_width=-1.0), r"stroke_width holds values that are not numbers in \[0, inf\]"),
        (dict(opacity=1.5), r"opacity holds values that are not numbers in \[0, 1\]"),
        (dict(colour=(0.0, 2.0, 0.0)), r"colour holds values that are not numbers in \[0, 1\]"),
        (dict(canvas_size=(3, 0)), r"canvas_size=\(3, 0\); expected a positive whole number"),
    ],
)
def test_writing_refuses_what_no_reader_could_read(changes, message):
    with pytest.raises(ValueError, match=message):
        strokes_to_svg(**{"strokes": sketch(3), "canvas_size": 64, **changes})


def test_without_the_parser_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "svgelements", None)
    with pytest.raises(ImportError, match=r'pip install "stillhouse\[sketch\]"'):
        svg_to_strokes(document(""))
