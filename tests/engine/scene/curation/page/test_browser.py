"""The page of references in a real browser: what is pressed is in the file."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest
import scene_toys

from stillhouse.datasets.scene.identity import scene_key
from stillhouse.datasets.scene.ref_file import RefFile

pytest.importorskip("gradio")
sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = which("chromium")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium")]
SCRIPT = Path(__file__).resolve().parents[5] / "tools" / "refs.py"
EXPLORED = 30  # more than a page shows
WHOLE = "texts => texts.map((text) => text.scrollWidth <= text.clientWidth)"
COLOURS = "texts => texts.map((text) => getComputedStyle(text).color)"


def is_light(colour: str) -> bool:
    """Whether ``rgb(r, g, b)`` can be read on the dark page."""
    return min(map(int, re.findall(r"\d+", colour)[:3])) > 120


@pytest.fixture(scope="module")
def browser() -> Iterator:
    with sync_api.sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield made
        made.close()


@pytest.fixture
def file(tmp_path: Path) -> RefFile:
    """Three references, and an exploration of thirty scenes."""
    scene_toys.write_scenes(tmp_path / "output" / "explore", EXPLORED)
    file = RefFile(tmp_path / "refs.jsonl")
    file.add(scene_toys.scenes(3, seed=9))
    return file


@pytest.fixture
def url(file: RefFile, tmp_path: Path) -> Iterator[str]:
    """The page in a process of its own."""
    command = [sys.executable, str(SCRIPT), "--refs", str(file.path), "--output", str(tmp_path / "output")]
    process = subprocess.Popen(
        [*command, "page", "--port", "0"], stdout=subprocess.PIPE, text=True, cwd=tmp_path,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[0]
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


class Curator:
    """Someone in front of the page.

    Attributes:
        errors: of the page's script.
        foreign: addresses asked for that are not on this machine.
    """

    def __init__(self, browser, url: str) -> None:
        self.page, self.errors, self.foreign = (
            browser.new_context(viewport={"width": 1280, "height": 900}).new_page(),
            [],
            [],
        )
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on(
            "request",
            lambda sent: self.foreign.append(sent.url) if not sent.url.startswith((url, "data:", "blob:")) else None,
        )
        self.page.goto(url)
        self.until(".cu-grid .cu-card")

    def until(self, selector: str) -> None:
        self.page.wait_for_selector(selector, timeout=60_000)

    def cards(self, where: str = ".cu-grid") -> list[str]:
        return self.page.eval_on_selector_all(f"{where} .cu-card", "cards => cards.map((card) => card.dataset.name)")

    def press(self, name: str, act: str) -> None:
        self.page.click(f'.cu-grid .cu-card[data-name="{name}"] [data-act="{act}"]')

    def told(self, words: str) -> None:
        self.page.wait_for_function(
            "words => document.querySelector('.cu-notice')?.textContent.includes(words)", arg=words
        )

    def open_shelf(self, prefix: str, first: str) -> None:
        self.page.click(f'[data-shelf-to="{prefix}"]')
        self.until(f'.cu-grid .cu-card[data-name="{first}"]')


@pytest.fixture
def curator(browser, url: str) -> Iterator[Curator]:
    found = Curator(browser, url)
    yield found
    assert found.errors == [] and found.foreign == []
    found.page.context.close()


def keys(file: RefFile) -> list[str]:
    return [scene_key(ref.scene) for ref in file.refs()]


def test_open_keep_and_undo(curator: Curator, file: RefFile, tmp_path: Path):
    before, page = keys(file), curator.page
    assert curator.cards() == ["line:1", "line:2", "line:3"]
    sizes = page.eval_on_selector_all(".cu-grid img", "images => images.map((image) => image.naturalWidth)")
    assert sizes == [160] * 3, "every picture is decoded"
    curator.open_shelf("out:", "out:0")
    assert len(curator.cards()) == 24 and "1 of 2" in page.inner_text(".cu-page header")
    curator.press("out:2", "keep")
    curator.told("out:2 is now line 4.")
    assert keys(file) == [*before, scene_key(scene_toys.scenes(3)[2])]
    assert page.is_disabled('.cu-card[data-name="out:2"] [data-act="keep"]')
    page.screenshot(path=str(tmp_path / "kept.png"))
    assert page.eval_on_selector_all(".cu-grid b", WHOLE) == [True] * 24
    for text in (".cu-grid b", ".cu-page header span:not(.cu-gap)"):
        assert all(map(is_light, page.eval_on_selector_all(text, COLOURS)))
    page.click('[data-act="undo"]')
    curator.told("Taken back: 3 references.")
    assert keys(file) == before and page.is_enabled('.cu-card[data-name="out:2"] [data-act="keep"]')
    page.click('[data-act="turn"] >> text=Later')
    curator.until('.cu-card[data-name="out:29"]')
    assert curator.cards() == [f"out:{i}" for i in range(24, EXPLORED)]


def test_two_scenes_side_by_side_and_the_one_that_is_not_wanted_removed(
    curator: Curator, file: RefFile, tmp_path: Path
):
    before, page = keys(file), curator.page
    curator.press("line:2", "compare")
    curator.until('.cu-pair .cu-card[data-name="line:2"]')
    curator.open_shelf("out:", "out:0")
    assert curator.cards(".cu-pair") == ["line:2"], "it stays beside another shelf"
    curator.press("out:1", "compare")
    curator.until('.cu-pair .cu-card[data-name="out:1"]')
    assert curator.cards(".cu-pair") == ["line:2", "out:1"]
    assert page.eval_on_selector_all(".cu-pair img", "images => images.map((image) => image.naturalWidth)") == [384] * 2
    page.screenshot(path=str(tmp_path / "compared.png"))
    curator.press("out:3", "compare")
    curator.until('.cu-pair .cu-card[data-name="out:3"]')
    assert curator.cards(".cu-pair") == ["out:1", "out:3"], "the newest two"
    page.click('[data-act="clear"]')
    page.wait_for_selector(".cu-pair .cu-card", state="detached")
    curator.open_shelf("refs", "line:1")
    curator.press("line:2", "remove")
    curator.told("Line 2 is removed.")
    assert keys(file) == [before[0], before[2]] and curator.cards() == ["line:1", "line:2"]


def test_a_page_that_is_behind_removes_no_other_scene(curator: Curator, file: RefFile):
    file.remove(1)
    before = keys(file)
    curator.press("line:1", "remove")
    curator.told("another scene")
    assert keys(file) == before and curator.cards() == ["line:1", "line:2"], "the page shows what is there now"
