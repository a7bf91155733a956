"""The site as a whole: built strictly, every link checked."""

import shutil
from pathlib import Path

import pytest

mkdocs_config = pytest.importorskip("mkdocs.config", reason='the site needs mkdocs: pip install "stillhouse[docs]"')
pytest.importorskip("material", reason='the site needs mkdocs-material: pip install "stillhouse[docs]"')

ROOT = Path(__file__).resolve().parents[3]


def build(folder: Path, **changes) -> None:
    """Build the site strictly; a broken link, an anchor that is not there or a page that the menu lacks ends it."""
    from mkdocs.commands.build import build as build_site

    config = mkdocs_config.load_config(str(ROOT / "mkdocs.yml"), strict=True, site_dir=str(folder), **changes)
    config.plugins.on_startup(command="build", dirty=False)
    build_site(config)


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The built site."""
    folder = tmp_path_factory.mktemp("site")
    build(folder)
    return folder


def test_the_pages_of_files_and_the_generated_ones_are_there(site: Path):
    for name in ("index", "architecture", "can", "glossary", "how_to/loss", "tutorials/scene", "reference/losses"):
        assert (site / f"{name}.html").is_file()


def test_the_reference_shows_signatures(site: Path):
    page = (site / "reference" / "hooks.html").read_text()
    assert 'id="kdhook"' in page and "<code>dict | list[dict]</code>" in page


def test_sections_of_the_readme_are_brought_in(site: Path):
    page = (site / "getting_started.html").read_text()
    assert "--with-companions" in page and "from README.md" not in page


def test_nothing_is_fetched_from_elsewhere(site: Path):
    page = (site / "index.html").read_text()
    assert 'src="http' not in page and 'rel="stylesheet" href="http' not in page


def test_broken_links_end_the_build(tmp_path: Path):
    """A heading, a page and a file that are not there."""
    from mkdocs.exceptions import Abort

    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    broken = "[a](can.md#no-such-heading) [b](no_such_page.md) [c](../no_such_file.py)"
    (tmp_path / "docs" / "glossary.md").write_text(f"# Glossary\n\n{broken}\n")
    with pytest.raises(Abort, match="Aborted with 3 warnings"):
        build(tmp_path / "site", docs_dir=str(tmp_path / "docs"))
