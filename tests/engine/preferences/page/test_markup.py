"""The page as HTML."""

from html.parser import HTMLParser

from preference_pages import HOSTILE

from stillhouse.datasets.sketch.preferences import Item
from stillhouse.engine.preferences.page import Condition
from stillhouse.engine.preferences.page.cards import Card, Grid, Pair
from stillhouse.engine.preferences.page.markup import page, welcome
from stillhouse.engine.preferences.page.sitting import View

CARDS = [
    Card(Item(f"parameters/{letter * 64}.npy", checkpoint="secret.pth", seed=77), f"<b>{letter}</b>") for letter in "ab"
]


class Tags(HTMLParser):
    """Collects tags and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def view(shown, **more) -> View:
    return View(**{**dict(annotator="Ann", shown=shown, answered=12, target=50, rate=9.6), **more})


def test_left_and_right_are_blind():
    pair = Pair("1" * 32, Condition(0, "cat"), *CARDS)
    straight, swapped = (page(view(Pair(pair.id, pair.condition, *CARDS, side)), "sketch") for side in (False, True))
    assert straight.index("<b>a</b>") < straight.index("<b>b</b>") and swapped.index("<b>b</b>") < swapped.index(
        "<b>a</b>"
    )
    assert straight.replace("<b>a</b>", "").replace("<b>b</b>", "") == swapped.replace("<b>a</b>", "").replace(
        "<b>b</b>", ""
    )
    assert "secret" not in straight and "77" not in straight and "a" * 64 not in straight


def test_every_text_is_escaped():
    conditions = Condition(0, HOSTILE)
    pages = [
        page(view(Pair("1" * 32, conditions, *CARDS), annotator=HOSTILE, notice=HOSTILE), HOSTILE),
        page(view(Grid(("1" * 32,), conditions, tuple(CARDS)), annotator=HOSTILE, notice=HOSTILE), HOSTILE),
        page(view(None, annotator=HOSTILE, notice=HOSTILE), HOSTILE),
        welcome("pairs", HOSTILE, HOSTILE),
    ]
    for html in pages:
        found = Tags(html)
        assert "img" not in found.tags and "onerror" not in found.attributes and HOSTILE in found.text


def test_progress():
    pair = Pair("1" * 32, Condition(), *CARDS)
    assert "12 of 50 · 10 a minute" in page(view(pair), "toy") and "width:24%" in page(view(pair), "toy")
    assert "12 of 50<" in page(view(pair, rate=None), "toy") and "better <em>toy</em>" in page(view(pair), "toy")
    done = page(view(pair, answered=1234), "toy")
    assert "1,234 of 50 · done, thank you" in done and "width:100%" in done


def test_a_grid_has_five_buttons_an_item_and_keeps_ratings():
    html = page(view(Grid(("1" * 32, "2" * 32), Condition(0, "cat"), tuple(CARDS), (4, 0))), "sketch")
    assert html.count('data-rate="') == 10 and html.count('aria-pressed="true"') == 1
    assert 'data-rate="4" aria-pressed="true"' in html and 'data-rating="4"' in html and 'data-rating=""' in html
