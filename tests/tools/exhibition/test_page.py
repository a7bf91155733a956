"""The page: whole, safe, and without anything from elsewhere."""

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np

from stillhouse.models.raster.contact_sheet import png
from stillhouse.tools.exhibition.exhibit import Exhibit, Picture
from stillhouse.tools.exhibition.hanging import Hung
from stillhouse.tools.exhibition.page import aspect, sizes, write_page, write_pictures
from stillhouse.tools.exhibition.plan import DOMAINS, EXHIBITS
from stillhouse.tools.exhibition.text import given, marked


def picture(width: int, height: int = 10, title: str = "p") -> Picture:
    return Picture(title, "words", png(np.zeros((height, width, 3), np.uint8)))


def exhibit(name: str, domain: str = "minigpt") -> Exhibit:
    return Exhibit(
        name, domain, f"title of {name}", ("minigpt",), {}, "python tools/train.py <x>", lambda run, hall: []
    )


class Tags(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict]] = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def test_the_page_holds_pictures_text_facts_and_cards(tmp_path: Path):
    written = Picture("Text", "Words.", html=given("<begin>") + marked(["<b>"], [-1.0]))
    shown = Hung(
        exhibit("one"), [picture(20), written], ["configs/minigpt.py", "seed 0"], "python a.py", folder="runs/<x>"
    )
    absent = Hung(exhibit("two", "can"), command="python tools/demo.py", absent="no run of <script>")
    page = write_page([shown, absent], tmp_path / "reports" / "gallery.html").read_text()
    tags = Tags()
    tags.feed(page)
    images = [attrs["src"] for tag, attrs in tags.found if tag == "img"]
    assert len(images) == 1 and images[0].startswith("data:image/png;base64,")
    assert "1 of 2 exhibits" in page and page.count("<span>seed 0</span>") == 2, "a caption a picture"
    assert "&lt;begin&gt;" in page and "&lt;b&gt;" in page and "runs/&lt;x&gt;" in page and "&lt;script&gt;" in page
    assert not [tag for tag, _ in tags.found if tag in ("script", "link", "iframe", "b ")]
    assert "prefers-color-scheme: dark" in page and 'name="viewport"' in page
    assert "Nothing to show yet" in page and "python tools/demo.py" in page
    links = [attrs["href"] for tag, attrs in tags.found if tag == "a"]
    assert links == ["#can", "#minigpt"], "rooms in their order, none that is empty"
    assert not re.findall(r"(?:src|href)=\"(?!data:|#)", page), "nothing from elsewhere"


def test_pictures_as_files(tmp_path: Path):
    one, two = picture(20), picture(30)
    hung = Hung(exhibit("one"), [one, Picture("t", "w", html="x"), two])
    files = write_pictures([hung, Hung(exhibit("two"))], tmp_path / "pictures")
    assert [(file.name, file.read_bytes()) for file in files] == [("one_1.png", one.png), ("one_3.png", two.png)]


def test_two_narrow_pictures_share_a_row():
    text = Picture("t", "w", html="x")
    wide, narrow = picture(40), picture(12)
    assert aspect(wide.png) == 4.0 and aspect(narrow.png) == 1.2
    hung = Hung(exhibit("one"), [wide, narrow, narrow, narrow, text, narrow])
    assert sizes(hung) == ["whole", "half", "half", "whole", "whole", "whole"]
    assert sizes(Hung(exhibit("one"))) == []


def test_every_exhibit_has_a_room_and_a_name_of_its_own():
    assert {one.domain for one in EXHIBITS} == set(DOMAINS)
    assert len({one.name for one in EXHIBITS}) == len(EXHIBITS)
