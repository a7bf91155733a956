"""The page as HTML: every text is escaped, every picture comes from its source."""

from collections.abc import Sequence
from html import escape

from ....datasets.sketch.preferences.record import RATINGS
from .cards import Card, Grid, Pair
from .sitting import View


def welcome(mode: str, nouns: str, notice: str = "") -> str:
    """What an annotator sees who has not given a name.

    Args:
        mode: ``pairs`` or ``ratings``.
        nouns: what several items are called.
        notice: plain text; empty where there is nothing to say.
    """
    what = f"Two {nouns} side by side: which is better?" if mode == "pairs" else f"A few {nouns}: how good is each?"
    body = (
        f'<h1>{escape(what)}</h1><p class="sh-hint">Answers are kept under your name, so that you can go on later.</p>'
    )
    return _framed("welcome", body + _notice(notice))


def page(view: View, noun: str) -> str:
    """What stands before an annotator.

    Args:
        view: of the sitting.
        noun: what an item is called.
    """
    shown = view.shown
    if shown is None:
        return _framed("empty", _top(view) + "<h1>Nothing to show</h1>" + _notice(view.notice), view.annotator)
    state, stage = ("pair", _pair(shown, noun)) if isinstance(shown, Pair) else ("grid", _grid(shown, noun))
    return _framed(state, _top(view) + stage + _notice(view.notice), view.annotator, shown.id)


def _framed(state: str, body: str, annotator: str = "", id: str = "") -> str:
    data = f'data-state="{state}" data-annotator="{escape(annotator)}" data-id="{escape(id)}"'
    return f'<main class="sh-page" {data}>{body}</main>'


def _top(view: View) -> str:
    share = min(100, round(100 * view.answered / view.target))
    rate = "" if view.rate is None else f"{min(view.rate, 999):.0f} a minute"
    done = "done, thank you" if view.answered >= view.target else rate
    told = f"{view.answered:,} of {view.target:,}" + (f" · {done}" if done else "")
    bar = f'role="progressbar" aria-label="answered" aria-valuemin="0" aria-valuemax="100" aria-valuenow="{share}"'
    return (
        f'<header class="sh-top"><span class="sh-who">{escape(view.annotator)}</span>'
        f'<button type="button" class="sh-leave" data-leave>not you?</button>'
        f'<div class="sh-bar" {bar}><i style="width:{share}%"></i></div><span class="sh-count">{told}</span></header>'
    )


def _pair(pair: Pair, noun: str) -> str:
    title = f"Which is the better <em>{escape(pair.condition.name or noun)}</em>?"
    cards = "".join(_choice(card, side) for card, side in zip(pair.shown, ("left", "right")))
    return f'<h1>{title}</h1><div class="sh-pair">{cards}</div>'


def _choice(card: Card, side: str) -> str:
    return f'<figure class="sh-card" data-press="sh-{side}" aria-label="{side}">{card.markup}</figure>'


def _grid(grid: Grid, noun: str) -> str:
    title = f"How good is each <em>{escape(grid.condition.name or noun)}</em>?"
    given: Sequence[int] = grid.ratings or [0] * len(grid.cards)
    cards = "".join(_rated(card, rating, place) for place, (card, rating) in enumerate(zip(grid.cards, given)))
    return f'<h1>{title}</h1><div class="sh-grid" data-count="{len(grid.cards)}">{cards}</div>'


def _rated(card: Card, given: int, place: int) -> str:
    buttons = "".join(
        f'<button type="button" data-rate="{rating}" aria-pressed="{"true" if rating == given else "false"}">{rating}</button>'
        for rating in RATINGS
    )
    scale = f'<div class="sh-scale" role="group" aria-label="rating of {place + 1}">{buttons}</div>'
    return f'<figure class="sh-card sh-rated" data-rating="{given or ""}">{card.markup}{scale}</figure>'


def _notice(text: str) -> str:
    return f'<p class="sh-notice" role="status">{escape(text)}</p>'
