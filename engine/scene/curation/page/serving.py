"""The page in Gradio, on a port."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from .....datasets.scene.ref_file import RefFile
from .....datasets.scene.ref_sources import Places
from ....preferences.page.blocks import MAX_WAITING, load_gradio
from ....preferences.page.server import serve_blocks
from .desk import CurationDesk

TITLE = "Scenes"
_HERE = Path(__file__).parent


def serve_curation(
    file: RefFile, places: Places, host: str = "127.0.0.1", port: int = 7861, auth: tuple[str, str] | None = None,
    say: Callable = print,
) -> None:  # fmt: skip
    """Serve the page until SIGTERM or Ctrl-C.

    Args:
        file: the references.
        places: where other scenes lie.
        host: address to listen on.
        port: 0 takes a free one.
        auth: name and password that the browser is asked for; None asks for none.
        say: told the address.

    Raises:
        PageError: the address cannot be used.
        ImportError: Gradio is not installed.
    """
    desk = CurationDesk(file, places)
    serve_blocks(lambda: build_blocks(desk), look, host, port, auth, say)


def build_blocks(desk: CurationDesk) -> Any:
    """The page, not yet served."""
    gradio = load_gradio()
    with gradio.Blocks(title=TITLE, analytics_enabled=False, fill_width=True) as blocks:
        # The script fills in what is sent; see ``request.py``.
        request = gradio.Textbox(visible=False)
        stage = gradio.HTML('<main class="cu-page"></main>', elem_id="cu-stage")
        send = gradio.Button("Send", elem_id="cu-send")
        sent = dict(inputs=[request], outputs=[stage], show_progress="hidden", api_visibility="private")
        for listen in (send.click, blocks.load):
            listen(desk.handle, js="() => window.stillhouseScenes.request()", trigger_mode="once", **sent)
    blocks.queue(max_size=MAX_WAITING, default_concurrency_limit=4, api_open=False)
    return blocks


def look() -> dict[str, Any]:
    """Theme, style and script, none from another host."""
    theme = load_gradio().themes.Base(font=("system-ui", "sans-serif"), font_mono=("ui-monospace", "monospace"))
    script, style = (_HERE.joinpath(name).read_text(encoding="utf-8") for name in ("curation.js", "curation.css"))
    return {"theme": theme, "head": f"<style>{style}</style><script>{script}</script>"}
