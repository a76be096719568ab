"""Annotated public passages (`passages/`): claims stand here, the sentences do not; they are put back from the pages that they come from.

    python tools/training/passages.py strip FOLDER            write passages/ from annotated files that have their sentences
    python tools/training/passages.py restore PAGES OUT       write those files again, from pages or corpora

In a stripped file each sentence is `. LENGTH FINGERPRINT` (characters; the first twelve hexadecimal digits of its SHA-256). A passage's
header is `=== name | register | source | page`. PAGES holds what was downloaded, as `source/page` (a source's commit left out; other
characters than letters, digits, `.`, `_` and `-` as `_`); passages of bc5cdr, chemprot,
ncbi_disease and phee come from ../shared/data.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HERE = Path(__file__).resolve().parent
FOLDER = HERE / "passages"
DATA = HERE.parent.parent.parent / "shared" / "data"
_LEAD = re.compile(r"(?:# |- )?")
_STRIPPED = re.compile(r"(?P<lead># |- )?\. (?P<length>\d+) (?P<fingerprint>[0-9a-f]{12})")


def fingerprint(sentence: str) -> str:
    """Return what a sentence is known by."""
    return hashlib.sha256(sentence.encode()).hexdigest()[:12]


def strip(lines: Iterable[str]) -> Iterator[str]:
    """Give the lines of an annotated file with a length and a fingerprint for each sentence."""
    for line in lines:
        if line.startswith(("=== ", "@ ")) or " > " in line or not line.strip():
            yield line.rstrip()
            continue
        lead = _LEAD.match(line.strip())[0]
        sentence = line.strip()[len(lead) :]
        yield f"{lead}. {len(sentence)} {fingerprint(sentence)}"


def restore(lines: Iterable[str], page: str) -> tuple[list[str], int]:
    """Return the lines of one passage with the sentences found in a page, and how many were not found."""
    plain = [re.sub(r"[ \t\r\n]+", " ", variant) for variant in (page, re.sub(r"\[\w+\]", "", page))]
    starts = [[match.start() for match in re.finditer(r"[^ ]+", text)] for text in plain]
    found, missed = [], 0
    for line in lines:
        match = _STRIPPED.fullmatch(line)
        if match is None:
            found.append(line)
            continue
        size = int(match["length"])
        windows = (text[start : start + size] for text, places in zip(plain, starts, strict=True) for start in places)
        sentence = next((window for window in windows if fingerprint(window) == match["fingerprint"]), None)
        if sentence is None:
            missed += 1
        else:
            found.append((match["lead"] or "") + sentence)
    return found, missed


def lines(name: str) -> list[str]:
    """Return the lines of a file of the public corpora."""
    return gzip.open(DATA / name, "rt", encoding="utf-8").read().splitlines()


@cache
def corpora() -> dict[tuple[str, str], str]:
    """Return the texts of the public corpora by corpus and id."""
    found: dict[tuple[str, str], str] = {}
    for part in ("train", "dev"):
        for corpus, name in (("bc5cdr", f"{part}.pubtator.gz"), ("ncbi_disease", f"{part}.txt.gz")):
            for line in lines(f"{corpus}/{name}"):
                if line.split("|", 2)[1:2] in (["t"], ["a"]):
                    id_, _, text = line.split("|", 2)
                    found[corpus, id_] = f"{found.get((corpus, id_), '')}\n{text}"
        for line in lines(f"phee/{part}.json.gz"):
            one = json.loads(line)
            found["phee", str(one["id"])] = one["context"]
    for part in ("training", "development"):
        for line in lines(f"chemprot/{part}_abstracts.tsv.gz"):
            id_, *texts = line.split("\t")
            found["chemprot", id_] = "\n".join(texts)
    return found


def page_of(source: str, page: str, pages: Path) -> str | None:
    """Return the text of a passage's page; None where it is not there."""
    if (source, page.split(maxsplit=1)[0]) in corpora():
        return "\n".join(corpora().get((source, id_.strip(",;")), "") for id_ in page.split())
    path = pages / "/".join(re.sub(r"[^\w.-]", "_", part) for part in f"{source.partition('@')[0]}/{page}".split("/"))
    return path.read_text(encoding="utf-8") if path.is_file() else None


def restored(own: list[str], pages: Path) -> tuple[str, list[str] | None]:
    """Return where a stripped passage comes from (source and page), and its lines; None where not every sentence was found."""
    _, _, source, page = (part.strip() for part in (own[0] + " | | ").split("|")[:4])
    text = page_of(source, page, pages)
    whole, missed = restore(own, text) if text is not None else ([], 1)
    return f"{source} {page}", None if missed else whole


def passages(path: Path) -> Iterator[list[str]]:
    """Give the lines of each passage of a file."""
    own: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("=== ") and own:
            yield own
            own = []
        own.append(line)
    if own:
        yield own


def main() -> None:
    """Strip or restore."""
    match sys.argv[1:]:
        case ["strip", folder]:
            FOLDER.mkdir(exist_ok=True)
            for path in sorted(Path(folder).glob("*.txt")):
                text = "\n".join(strip(path.read_text(encoding="utf-8").splitlines()))
                (FOLDER / path.name).write_text(text.strip() + "\n", encoding="utf-8")
        case ["restore", pages, out]:
            Path(out).mkdir(parents=True, exist_ok=True)
            whole = left = 0
            for path in sorted(FOLDER.glob("*.txt")):
                kept: list[str] = []
                for own in passages(path):
                    _, found = restored(own, Path(pages))
                    whole += found is not None
                    left += found is None
                    kept += found or []
                (Path(out) / path.name).write_text("\n".join(kept) + "\n", encoding="utf-8")
            print(f"{whole} passages restored, {left} left out (their page is not there or reads otherwise)")
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
