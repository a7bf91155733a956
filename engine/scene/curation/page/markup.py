"""The page as HTML: every text is escaped, every picture is part of it."""

import base64
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

SIZE = 160  # px of a scene on a shelf
NAMES = {"refs": "References", "": "Data", "q:": "Quality", "out:": "Explored"}


def page(
    shelf: str, shelves: Mapping[str, int], number: int, count: int, per_page: int, shown: Sequence[Any],
    compared: Sequence[Any], notice: str = "",
) -> str:  # fmt: skip
    """One page of one shelf.

    Args:
        shelf: that is open.
        shelves: all of them, with how many scenes they hold, -1 where that is not said.
        number: of the page, from 0.
        count: of scenes on the shelf.
        per_page: scenes.
        shown, compared: scenes of the page, and those side by side; see ``desk.Shown``.
        notice: plain text.
    """
    tabs = "".join(_tab(name, one == shelf, one, total) for one, total in shelves.items() for name in [NAMES[one]])
    pages = max(1, -(-count // per_page))
    turn = (
        f"{_button('turn', 'Earlier', str(number - 1), number > 0)}<span>{number + 1} of {pages}</span>"
        f"{_button('turn', 'Later', str(number + 1), number + 1 < pages)}"
    )
    cards = "".join(_card(one, shelf) for one in shown) or '<p class="cu-notice">Nothing is here.</p>'
    data = f'data-shelf="{escape(shelf)}" data-page="{number}"'
    return (
        f'<main class="cu-page" {data}><header>{tabs}<span class="cu-gap"></span>{turn}{_button("undo", "Undo", "")}</header>'
        f'<p class="cu-notice" role="status">{escape(notice)}</p>{_side_by_side(compared, shelf)}'
        f'<div class="cu-grid">{cards}</div></main>'
    )


def _tab(name: str, chosen: bool, shelf: str, total: int) -> str:
    told = f"{name} ({total:,})" if total >= 0 else name
    return f'<button type="button" data-shelf-to="{escape(shelf)}" aria-pressed="{str(chosen).lower()}">{escape(told)}</button>'


def _button(act: str, label: str, value: str, enabled: bool = True) -> str:
    off = "" if enabled else " disabled"
    return f'<button type="button" data-act="{act}" data-value="{escape(value)}"{off}>{escape(label)}</button>'


def _card(one: Any, shelf: str) -> str:
    """A scene with what can be done with it."""
    if shelf == "refs" or one.name.startswith("line:"):
        act = _button("remove", "Remove", one.name)
    else:
        act = _button("keep", "Kept" if one.kept else "Keep", one.name, not one.kept)
    picture = f'<img alt="scene {escape(one.name)}" src="data:image/png;base64,{base64.b64encode(one.png).decode()}">'
    compare = _button("compare", "Compare", one.name)
    figure = f'<figure class="cu-card" data-name="{escape(one.name)}" data-key="{escape(one.key)}">'
    return f"{figure}{picture}<figcaption><b>{escape(one.name)}</b>{compare}{act}</figcaption></figure>"


def _side_by_side(compared: Sequence[Any], shelf: str) -> str:
    if not compared:
        return '<div class="cu-pair"></div>'
    cards = "".join(_card(one, shelf if one.name.startswith("line:") else "") for one in compared)
    return f'<div class="cu-pair">{cards}{_button("clear", "Close", "")}</div>'
