"""The page in a real browser: every acknowledged answer is in the file, once."""

import signal
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest
from preference_pages import Page, rows, served, write_generator, write_pictures

pytest.importorskip("gradio")
sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = which("chromium")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium")]
LOOKED_MS = 300


@pytest.fixture(scope="module")
def browser() -> Iterator:
    with sync_api.sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield made
        made.close()


@pytest.fixture(scope="module")
def generator(tmp_path_factory) -> Path:
    return write_generator(tmp_path_factory.mktemp("generator") / "generator.pth")


class Annotator:
    """Someone in a browser session of their own, who sees each answer acknowledged before the next key.

    Attributes:
        acknowledged: ids whose successor was shown.
        errors: of the page's script.
    """

    def __init__(self, browser, url: str, name: str, password: str = "") -> None:
        self.page, self.acknowledged, self.errors = browser.new_context().new_page(), [], []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(url)
        if password:
            self.page.fill("input[type=password]", password, timeout=60_000)
            self.page.fill("input[type=text], textarea >> nth=0", "lab")
            self.page.keyboard.press("Enter")
        self.page.wait_for_selector("#sh-name textarea", timeout=60_000)
        self.page.fill("#sh-name textarea", name)
        self.page.keyboard.press("Enter")
        self.wait()

    @property
    def id(self) -> str:
        return self.page.get_attribute(".sh-page", "data-id") or ""

    @property
    def top(self) -> str:
        return self.page.inner_text(".sh-top")

    @property
    def notice(self) -> str:
        return self.page.inner_text(".sh-notice")

    def wait(self, seen: str = "") -> None:
        changed = "seen => !['', seen].includes(document.querySelector('.sh-page')?.dataset.id ?? '')"
        self.page.wait_for_function(changed, arg=seen, timeout=30_000)
        self.page.wait_for_timeout(LOOKED_MS)

    def press(self, key: str) -> None:
        seen = self.id
        self.page.keyboard.press(key)
        self.wait(seen)
        self.acknowledged.append(seen)

    def leave(self) -> None:
        assert not self.errors
        self.page.context.close()


def judgements(store: Path) -> list[dict]:
    return [row for row in rows(store) if row["comparison_type"] != "undo"]


def test_ten_pairs_by_keyboard_undo_and_a_reload_in_the_middle(browser, generator: Path, tmp_path: Path):
    keys = [
        "ArrowLeft",
        "ArrowRight",
        "ArrowDown",
        "b",
        "S",
        "ArrowLeft",
        "ArrowRight",
        "ArrowLeft",
        "ArrowRight",
        "ArrowDown",
    ]
    with served("--checkpoint", generator, "--store", tmp_path) as page:
        ann = Annotator(browser, page.url, "Ann")
        assert ann.page.locator(".sh-card svg path").count() == 64
        for key in keys[:5]:
            ann.press(key)
        middle = ann.id
        ann.page.reload()
        ann.wait()
        assert ann.id == middle and "4 of 100" in ann.top
        for key in keys[5:]:
            ann.press(key)
        found = judgements(tmp_path)
        assert [row["id"] for row in found] == ann.acknowledged and len(found) == 10
        left = ["a" if not row["swapped"] else "b" for row in found]
        right = ["b" if not row["swapped"] else "a" for row in found]
        said = {"ArrowDown": "tie", "b": "both_bad", "S": "skip"}
        for key, row, one, other in zip(keys, found, left, right):
            assert row["preference"] == {**said, "ArrowLeft": one, "ArrowRight": other}[key]
            assert LOOKED_MS - 50 <= row["response_ms"] < 60_000
        ann.press("u")
        assert "Taken back" in ann.notice and rows(tmp_path)[-1]["undoes"] == found[-1]["id"]
        ann.press("ArrowLeft")
        assert "9 of 100" in ann.top
        again = judgements(tmp_path)[-1]
        assert (again["a"], again["b"], again["swapped"]) == (found[-1]["a"], found[-1]["b"], found[-1]["swapped"])
        ann.leave()


def test_fast_presses_answer_one_pair_and_early_ones_do_no_harm(browser, generator: Path, tmp_path: Path):
    with served("--checkpoint", generator, "--store", tmp_path) as page:
        early = browser.new_context().new_page()
        errors = []
        early.on("pageerror", lambda error: errors.append(str(error)))
        early.goto(page.url, wait_until="commit")
        for key in ("ArrowLeft", "b", "u", "Enter", "3"):
            early.keyboard.press(key)
        early.wait_for_selector("#sh-name textarea", timeout=60_000)
        early.evaluate("document.getElementById('sh-left')?.click()")
        early.wait_for_timeout(1000)
        assert not errors and not (tmp_path / "sessions").exists()
        early.context.close()

        ann = Annotator(browser, page.url, "Ann")
        first = ann.id
        for key in ("ArrowLeft", "ArrowRight", "ArrowLeft"):
            ann.page.keyboard.press(key)
        ann.wait(first)
        ann.page.wait_for_timeout(500)
        assert [row["id"] for row in rows(tmp_path)] == [first]
        second = ann.id
        ann.page.dblclick("#sh-right")
        ann.wait(second)
        assert [row["id"] for row in rows(tmp_path)] == [first, second]
        third = ann.id
        ann.page.click(".sh-card >> nth=0")
        ann.wait(third)
        assert [row["id"] for row in rows(tmp_path)] == [first, second, third]
        ann.leave()


def test_ratings_by_keyboard_and_by_mouse(browser, generator: Path, tmp_path: Path):
    with served("--checkpoint", generator, "--store", tmp_path, "--mode", "ratings", "--grid", "4") as page:
        ann = Annotator(browser, page.url, "Ann")
        for key in "543":
            ann.page.keyboard.press(key)
        ann.page.keyboard.press("Enter")
        ann.page.wait_for_function("document.querySelector('.sh-notice').textContent.includes('Rate all 4')")
        assert rows(tmp_path) == [] and ann.page.locator('[aria-pressed="true"]').count() == 3
        ann.page.keyboard.press("2")
        ann.page.keyboard.press("ArrowLeft")
        ann.page.keyboard.press("1")
        ann.press("Enter")
        assert [row["rating"] for row in rows(tmp_path)] == [5, 4, 1, 2] and "4 of 100" in ann.top
        assert ann.page.locator('[aria-pressed="true"]').count() == 0
        for place, rating in enumerate((3, 3, 2, 5)):
            ann.page.click(f'.sh-rated >> nth={place} >> [data-rate="{rating}"]')
        ann.press("Enter")
        assert [row["rating"] for row in rows(tmp_path)[4:]] == [3, 3, 2, 5]
        ann.press("u")
        assert ann.page.locator('[aria-pressed="true"]').all_inner_texts() == ["3", "3", "2", "5"]
        assert len([row for row in rows(tmp_path) if row["comparison_type"] == "undo"]) == 4
        ann.leave()


def test_two_annotators_at_once_behind_a_password(browser, tmp_path: Path):
    store = tmp_path / "store"
    arguments = ("--pictures", write_pictures(tmp_path / "pictures"), "--store", store, "--auth", "lab:secret")
    with served(*arguments) as page:
        ann, bob = (Annotator(browser, page.url, name, "secret") for name in ("Ann", "Bob"))
        assert ann.page.locator(".sh-card img").count() == 2
        for _ in range(4):
            ann.press("ArrowLeft")
            bob.press("ArrowRight")
        ann.press("b")
        assert "5 of 100" in ann.top and "4 of 100" in bob.top
        for one, name in ((ann, "Ann"), (bob, "Bob")):
            assert [row["id"] for row in rows(store) if row["annotator"] == name] == one.acknowledged
            one.leave()
        assert len(rows(store)) == 9 and len(list((store / "sessions").iterdir())) == 2


def test_a_kill_in_the_middle_loses_nothing_acknowledged(browser, generator: Path, tmp_path: Path):
    arguments = ("--checkpoint", generator, "--store", tmp_path)
    page = Page(*arguments)
    try:
        ann = Annotator(browser, page.url, "Ann")
        for key in ("ArrowLeft", "ArrowRight", "b"):
            ann.press(key)
        unknown = ann.id
        ann.page.keyboard.press("ArrowLeft")
        page.end(signal.SIGKILL)
        page = Page(*arguments, port=page.port)
        ann.page.goto(page.url)
        ann.wait()
        kept = [row["id"] for row in rows(tmp_path)]
        assert kept in (ann.acknowledged, [*ann.acknowledged, unknown])
        assert f"{len(kept)} of 100" in ann.top, "the name was kept, and the count is that of the file"
        ann.acknowledged = kept
        ann.press("ArrowRight")
        assert [row["id"] for row in rows(tmp_path)] == ann.acknowledged
        ann.leave()
    finally:
        page.end(signal.SIGKILL)
