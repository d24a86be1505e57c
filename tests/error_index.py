"""The pages of docs/errors, and their index: ``python -m tests.error_index --write``."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from siting import errors

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
        found["code"], found["meaning"], found["family"], tuple(found["kinds"].split(", ")), sections
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


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("python -m tests.error_index --write")
    INDEX.write_text(written(), "utf-8")
