"""The page in Gradio: buttons, one piece of HTML, and the script and style beside this file."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .desk import Desk

TITLE = "Preferences"
# Of a button: its element, the act it sends, its label, the modes it belongs to.
BUTTONS = (
    ("sh-left", "left", "Left", ("pairs",)),
    ("sh-tie", "tie", "Tie", ("pairs",)),
    ("sh-both_bad", "both_bad", "Both bad", ("pairs",)),
    ("sh-right", "right", "Right", ("pairs",)),
    ("sh-submit", "submit", "Submit", ("ratings",)),
    ("sh-skip", "skip", "Skip", ("pairs",)),
    ("sh-undo", "undo", "Undo", ("pairs", "ratings")),
)
MAX_WAITING = 64
_HERE = Path(__file__).parent


def load_gradio() -> Any:
    """The package, told to send nothing and to keep nothing of what is answered.

    Raises:
        ImportError: it is not installed.
    """
    os.environ.update(GRADIO_ANALYTICS_ENABLED="False", GRADIO_RUN_HISTORY="False", HF_HUB_DISABLE_TELEMETRY="1")
    try:
        import gradio
    except ImportError as error:
        raise ImportError('the preference page needs gradio: pip install "stillhouse[preferences]"') from error
    return gradio


def build_blocks(desk: Desk) -> Any:
    """The page, not yet served.

    Args:
        desk: that answers. The state of an annotator is there and in the request, never in the page.
    """
    gradio = load_gradio()
    with gradio.Blocks(title=TITLE, analytics_enabled=False, fill_width=True) as blocks:
        # The script fills in what is sent; see ``request.py``.
        request = gradio.Textbox(visible=False)
        stage = gradio.HTML('<main class="sh-page" data-state="loading"></main>', elem_id="sh-stage")
        with gradio.Row(elem_id="sh-welcome"):
            name = gradio.Textbox(
                show_label=False, placeholder="Your name", elem_id="sh-name", max_length=60, container=False
            )
            begin = gradio.Button("Begin", variant="primary", elem_id="sh-begin")
        with gradio.Row(elem_id="sh-buttons"):
            pressed = {act: gradio.Button(label, elem_id=id) for id, act, label, modes in BUTTONS if desk.mode in modes}
        sent = dict(inputs=[request], outputs=[stage], show_progress="hidden", api_visibility="private")
        for act, button in {**pressed, "begin": begin}.items():
            _on(button.click, desk, act, sent)
        _on(name.submit, desk, "begin", sent)
        _on(blocks.load, desk, "open", sent)
    blocks.queue(max_size=MAX_WAITING, default_concurrency_limit=8, api_open=False)
    return blocks


def _on(listen: Callable, desk: Desk, act: str, sent: dict) -> None:
    listen(desk.handle, js=f"() => window.stillhouse.request('{act}')", trigger_mode="once", **sent)


def look() -> dict[str, Any]:
    """What ``mount_gradio_app`` is to be given besides the page: theme, style and script, none from another host."""
    gradio = load_gradio()
    fonts = ("system-ui", "sans-serif")
    theme = gradio.themes.Base(font=fonts, font_mono=("ui-monospace", "monospace"))
    script = (_HERE / "page.js").read_text(encoding="utf-8")
    style = (_HERE / "page.css").read_text(encoding="utf-8")
    # Gradio would put its container before every selector of ``css``; some of these look at the whole document.
    return {"theme": theme, "head": f"<style>{style}</style><script>{script}</script>"}
