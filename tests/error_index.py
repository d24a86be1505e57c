"""The pages of docs/errors: ``python -m tests.error_index --write`` brings them up to date.

It writes the index, makes every example afresh, and states how each code appears; the rest of a
page is written by hand.
"""

import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from siting import errors
from tests import error_source

FOLDER = Path(errors.__file__).parents[1] / "docs" / "errors"
INDEX = FOLDER / "README.md"
SECTIONS = ("When it appears", "Example", "Why it matters", "How to fix it", "Accept it?")
FAMILIES = (
    "Pipeline file", "Files", "Rasters", "Gridded files", "Tables", "Vectors", "Layers and grid",
    "Learning", "Candidates", "Store and disk", "Command line", "Python",
)  # fmt: skip
BEGIN, END = "<!-- index -->\n", "<!-- end of index -->\n"
_PAGE = re.compile(
    r"# (?P<code>[A-Z0-9_]+)\n\n(?P<meaning>[^\n]+)\n\n"
    r"(?P<family>[A-Z][a-z ]+): (?P<kinds>[^\n]+)\.\n\n(?P<body>## .*)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Page:
    """One page: what it says of its code, and its sections by their headings."""

    code: str
    meaning: str
    family: str
    kinds: tuple[str, ...]
    sections: dict[str, str]

    @property
    def example(self) -> str:
        """The text of the example's block."""
        return self.sections["Example"].split("```text\n")[1].split("\n```")[0]


def read(path: Path) -> Page:
    """The page in its parts."""
    found = _PAGE.fullmatch(path.read_text("utf-8"))
    assert found, f"{path.name} does not begin with code, meaning and kinds"
    parts = re.split(r"^## (.+)\n\n", found["body"], flags=re.MULTILINE)[1:]
    sections = dict(zip(parts[::2], (text.strip() for text in parts[1::2]), strict=True))
    return Page(
        found["code"],
        found["meaning"],
        found["family"],
        tuple(found["kinds"].split(", ")),
        sections,
    )


def pages() -> dict[str, Page]:
    """Every page by its code."""
    return {path.stem: read(path) for path in sorted(FOLDER.glob("*.md")) if path != INDEX}


def index() -> str:
    """The list of pages by family, as it stands in docs/errors/README.md."""
    found = pages()
    lines: list[str] = []
    for family in FAMILIES:
        lines += [f"### {family}", "", "| code | appears as | meaning |", "|---|---|---|"]
        lines += [
            f"| [{page.code}]({page.code}.md) | {', '.join(page.kinds)} | {page.meaning} |"
            for page in found.values()
            if page.family == family
        ]
        lines.append("")
    return "\n".join(lines)


def written() -> str:
    """docs/errors/README.md with a new list."""
    before, _, rest = INDEX.read_text("utf-8").partition(BEGIN)
    return f"{before}{BEGIN}\n{index()}\n{END}{rest.partition(END)[2]}"


def kinds_in_source(code: str) -> set[str]:
    """How a code appears by the source: exit codes of its errors, severities of its findings."""
    hows = {use.how for use in error_source.codes().get(code, ())}
    return {
        each
        if each in {"warning", "note"}
        else f"error (exit code {getattr(errors, each).exit_code})"
        for each in hows
    }


def refresh(code: str, text: str, kind: str) -> None:
    """Put the text of an example that was made, and how the code appears, into its page."""
    path = FOLDER / f"{code}.md"
    page, content = read(path), path.read_text("utf-8")
    kinds = ", ".join(sorted({kind} | kinds_in_source(code)))
    content = content.replace(
        f"\n\n{page.family}: {', '.join(page.kinds)}.\n\n", f"\n\n{page.family}: {kinds}.\n\n", 1
    )
    old, new = f"```text\n{page.example}\n```", f"```text\n{text}\n```"
    path.write_text(content.replace(old, new, 1), "utf-8")


def _write() -> None:
    from tests.error_examples import EXAMPLES, made

    for code in sorted(EXAMPLES.keys() & pages().keys()):
        with tempfile.TemporaryDirectory() as folder:
            try:
                found = made(code, Path(folder))
            except Exception as error:
                print(f"{code}: {error}", file=sys.stderr)
                continue
        refresh(code, found.text, found.kind)
    INDEX.write_text(written(), "utf-8")


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("python -m tests.error_index --write")
    _write()
