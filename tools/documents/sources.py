"""Files at the root of the repository as pages of the site: one text for both."""

import re
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]
PAGES = {
    "README.md": "index.md",
    "ARCHITECTURE.md": "architecture.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}  # a file -> its page
LINK = re.compile(r"(\]\()([^)#\s]+)(#[^)\s]*)?(\))")
INCLUDED = re.compile(r"^<!-- from (\S+): (.+?) -->$", re.MULTILINE)
HEADING = re.compile(r"^(#+) (.+)$")


def page_of(name: str) -> str:
    """The Markdown of a root file's page."""
    return relinked((ROOT / name).read_text(), "", PAGES[name])


def relinked(text: str, folder: str, page: str) -> str:
    """Links as the site has them.

    Args:
        text: Markdown whose links are right in the repository.
        folder: where the text stands there, such as ``docs/how_to``; empty for the root.
        page: where its page stands in the site.

    Returns:
        The text with links to root files and to files of ``docs`` relative to ``page``; others as they are.
    """

    def changed(link: re.Match) -> str:
        target = _in_site(link[2], folder)
        shown = link[2] if target is None else _relative(target, page)
        return "".join([link[1], shown, link[3] or "", link[4]])

    return LINK.sub(changed, text)


def included(text: str, page: str) -> str:
    """``text`` with each line ``<!-- from README.md: Heading -->`` followed by that section, without its heading.

    Raises:
        ValueError: no such file among ``PAGES``, or no such heading in it; lists the headings.
    """
    return INCLUDED.sub(lambda found: relinked(section(found[1], found[2]), "", page), text)


def section(name: str, heading: str) -> str:
    """The text below a heading of a root file, up to the next one of its level or above."""
    if name not in PAGES:
        raise ValueError(f"<!-- from {name}: {heading} -->: no such source, expected one of {', '.join(PAGES)}")
    headings: list[str] = []
    found: list[str] | None = None
    level, fenced = 0, False
    for line in (ROOT / name).read_text().splitlines():
        fenced ^= line.startswith("```")
        match = None if fenced else HEADING.match(line)
        if match:
            headings.append(match[2])
            if found is not None and len(match[1]) <= level:
                break
            if found is None and match[2] == heading:
                found, level = [], len(match[1])
                continue
        if found is not None:
            found.append(line)
    if found is None:
        raise ValueError(f"<!-- from {name}: {heading} -->: no such heading, expected one of {', '.join(headings)}")
    return "\n".join(found).strip()


def _in_site(link: str, folder: str) -> str | None:
    """Where a link of the repository leads in the site; None where it leaves it."""
    if ":" in link:
        return None
    path: list[str] = []
    for part in PurePosixPath(folder, link).parts:
        path = path[:-1] if part == ".." else [*path, part]
    target = "/".join(path)
    return PAGES.get(target) or (target.removeprefix("docs/") if target.startswith("docs/") else None)


def _relative(target: str, page: str) -> str:
    up = len(PurePosixPath(page).parts) - 1
    own, other = PurePosixPath(page).parts[:-1], PurePosixPath(target).parts
    shared = next((i for i, (a, b) in enumerate(zip(own, other)) if a != b), min(len(own), len(other) - 1))
    return "/".join([*[".."] * (up - shared), *other[shared:]])
