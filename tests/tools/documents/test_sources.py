import pytest

from stillhouse.tools.documents import sources


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A repository whose README has two sections, one with a part of its own."""
    text = (
        "# Title\n\n## One\n\n[can](docs/can.md)\n\n```sh\n# no heading\n```\n\n### Part\n\nin it\n\n## Two\n\nlast\n"
    )
    (tmp_path / "README.md").write_text(text)
    monkeypatch.setattr(sources, "ROOT", tmp_path)


@pytest.mark.parametrize(
    ("folder", "page", "link", "there"),
    [
        ("", "index.md", "docs/can.md#data", "can.md#data"),
        ("", "index.md", "ARCHITECTURE.md", "architecture.md"),
        ("", "index.md", "docs/demo_curves.png", "demo_curves.png"),
        ("docs", "can.md", "../README.md#limits", "index.md#limits"),
        ("docs", "can.md", "sketch.md", "sketch.md"),
        ("docs/how_to", "how_to/hook.md", "../../ARCHITECTURE.md#floors", "../architecture.md#floors"),
        ("docs/how_to", "how_to/hook.md", "loss.md", "loss.md"),
        ("docs/tutorials", "tutorials/can.md", "../can.md", "../can.md"),
        ("docs/tutorials", "tutorials/can.md", "../how_to/loss.md", "../how_to/loss.md"),
        ("", "tutorials/can.md", "docs/can.md", "../can.md"),
        ("docs", "can.md", "https://example.org/README.md", "https://example.org/README.md"),
        ("docs", "can.md", "../engine/paths.py", "../engine/paths.py"),
    ],
)
def test_links_of_the_repository_become_links_of_the_site(folder: str, page: str, link: str, there: str):
    assert sources.relinked(f"see [this]({link}).", folder, page) == f"see [this]({there})."


def test_a_section_ends_at_the_next_heading_of_its_level(root):
    assert sources.section("README.md", "One").endswith("### Part\n\nin it")
    assert "# no heading" in sources.section("README.md", "One")
    assert sources.section("README.md", "Two") == "last"


def test_a_section_is_brought_in_where_it_is_asked_for(root):
    text = "before\n\n<!-- from README.md: One -->\n\nafter"
    assert sources.included(text, "tutorials/x.md").startswith("before\n\n[can](../can.md)\n")
    assert sources.included(text, "tutorials/x.md").endswith("in it\n\nafter")


def test_a_heading_that_is_not_there_is_refused(root):
    with pytest.raises(ValueError, match="Three -->: no such heading, expected one of Title, One, Part, Two"):
        sources.included("<!-- from README.md: Three -->", "x.md")


def test_a_source_that_is_no_root_file_is_refused(root):
    with pytest.raises(ValueError, match=r"from LICENSE: One -->: no such source, expected one of README\.md"):
        sources.section("LICENSE", "One")
