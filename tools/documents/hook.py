"""What MkDocs asks while it builds the site: the pages that no file of ``docs`` holds, and links as the site has them."""

from pathlib import PurePosixPath

from mkdocs.structure.files import File

from stillhouse.tools.documents import lists, reference, sources


def on_files(files, config):
    """Add the root files and the generated reference."""
    made = {page: sources.page_of(name) for name, page in sources.PAGES.items()}
    made |= {f"reference/{name}.md": reference.page(name) for name in reference.ROOMS}
    made |= {"reference/index.md": reference.index()}
    made |= {"reference/configs.md": lists.configs(), "reference/tools.md": lists.tools()}
    for path, content in made.items():
        files.append(File.generated(config, path, content=content))
    return files


def on_page_markdown(markdown, page, config, files):
    """Bring in sections of root files, and turn links that are right in the repository into those of the site."""
    path = page.file.src_uri
    if page.file.generated_by:
        return markdown
    folder = str(PurePosixPath("docs", path).parent)
    return sources.included(sources.relinked(markdown, folder, path), path)
