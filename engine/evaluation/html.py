"""Pages that need no other file: their template, and pictures inside them."""

import base64
from typing import Any


def page_template(source: str, extra: str) -> Any:
    """A page as a template of jinja2, which escapes what is put in.

    Args:
        source: of the template.
        extra: of the project, to install where jinja2 is absent.

    Raises:
        ImportError: jinja2 is not installed.
    """
    try:
        from jinja2 import Environment
    except ImportError as error:
        raise ImportError(f'the report needs jinja2: pip install "stillhouse[{extra}]"') from error
    return Environment(autoescape=True).from_string(source)


def data_uri(content: bytes) -> str:
    """A PNG file's content as a link that needs no file."""
    return "data:image/png;base64," + base64.b64encode(content).decode()
