"""Read the annotated texts of this folder (README.md has the format); run with files to check them.

    python tools/training/texts.py FILE …

Prints every complaint as file:line, then how many texts, sentences and claims were read.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from kg import schema, signals  # noqa: E402

FLAGS = {"h": ("certainty", "hedged"), "n": ("polarity", "negated")} | {
    flag: ("basis", basis)
    for flag, basis in zip("cprutg", ("clinical", "preclinical", "research", "user_report", "traditional_use", "regulatory"), strict=True)
}
KINDS = frozenset(signals.KINDS)
_SENTENCE_END = re.compile(r"""[.!?…][\]"'”’)]*$""")
_KIND = re.compile(r"\s*\((\w+)\)$")


@dataclass
class Text:
    """A text with its sentences, entities and claims, as the scorer wants them; `types` is empty where a file declares none."""

    name: str
    register: str
    text: str = ""
    sents: list[tuple[int, int]] = field(default_factory=list)
    entities: dict[str, dict[str, Any]] = field(default_factory=dict)
    claims: list[dict[str, Any]] = field(default_factory=list)
    anaphors: list[tuple[int, int, str]] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    is_typed: bool = False


def norm(text: str) -> str:
    """Return a name as names are compared: lower case, plain apostrophes, one space."""
    text = text.replace("’", "'").casefold()
    return re.sub(r"\s+", " ", re.sub(r"[^\w\s'+/-]", " ", text)).strip()


def occurrences(name: str, text: str) -> list[tuple[int, int]]:
    """Return where a name stands in a text as whole words, case ignored; "5-ht 2a" also where the text has "5-HT(2A"."""
    pattern = re.escape(name).replace(r"\ ", r"(?:\s+|\s?[()\[\],/:+.]+)").replace("'", "['’]")
    return [match.span() for match in re.finditer(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE)]


def read(path: Path) -> tuple[list[Text], list[str]]:
    """Return the texts of one file and what is wrong with it, as file:line complaints."""
    found: list[Text] = []
    complaints: list[str] = []
    types = schema.load()
    pending: list[tuple[int, Text, str]] = []
    is_new_paragraph = True
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        where = f"{path.name}:{number}"
        if line.startswith("=== "):
            name, _, register = line[4:].partition(" | ")
            found.append(Text(name.strip(), register.strip()))
            is_new_paragraph = True
        elif line.startswith("@ "):
            _declare(found[-1], line[2:], where, complaints, frozenset(types.types))
        elif " > " in line:
            pending.append((len(found[-1].sents) - 1, found[-1], f"{where}\t{line.strip()}"))
        elif not line.strip():
            is_new_paragraph = True
        else:
            _add_sentence(found[-1], line.strip(), is_new_paragraph=is_new_paragraph)
            is_new_paragraph = line.startswith(("# ", "- "))
    for sentence, one, line in pending:
        _claims(one, sentence, line, complaints, types)
    for one in found:
        for entity in one.entities.values():
            entity["spans"] = sorted({*entity["spans"], *(span for name in entity["names"] for span in occurrences(name, one.text))})
    return found, complaints


def _add_sentence(one: Text, line: str, *, is_new_paragraph: bool) -> None:
    if one.text:
        is_listed = line.startswith(("# ", "- "))
        # Pages are copied without the bullets of their lists: what does not end as a sentence is a line of its own.
        is_apart = one.text.endswith(":") or (not is_new_paragraph and _SENTENCE_END.search(one.text) is None)
        one.text += "\n\n" if is_new_paragraph and not is_listed else "\n" if is_listed or is_apart else " "
        if is_apart and not is_listed and not _SENTENCE_END.search(line):
            one.text += "- "
    start = len(one.text)
    one.text += line
    one.sents.append((start, start + len(line)))


def _declare(one: Text, line: str, where: str, complaints: list[str], types: frozenset[str]) -> None:
    type_, _, names = line.partition(": ")
    if type_ not in types:
        complaints.append(f"{where}: unknown type {type_!r}")
        return
    one.is_typed = True
    for item in names.split("; "):
        kind = _KIND.search(item) if type_ == "Caution" else None
        if kind is not None and kind[1] not in KINDS:
            complaints.append(f"{where}: unknown kind {kind[1]!r}")
        own = [norm(name) for name in (item[: kind.start()] if kind else item).split("/") if name.strip()]
        key = f"{own[0]}|{type_}" if own else ""
        if not own or key in one.entities:
            complaints.append(f"{where}: {item!r} is empty or declared twice as {type_}")
            continue
        one.entities[key] = {
            "type": type_,
            "kind": kind[1] if kind else "adverse_effect" if type_ == "Caution" else None,
            "names": set(own),
            "spans": [],
        }


def _claims(one: Text, sentence: int, line: str, complaints: list[str], types: schema.Schema) -> None:
    where, _, rest = line.partition("\t")
    body, _, flags = rest.partition(" | ")
    parts = body.split(" > ")
    if len(parts) != 3 or parts[1] not in types.predicates:
        complaints.append(f"{where}: want 'subject > predicate > object', with a known predicate: {rest!r}")
        return
    unknown = [flag for flag in flags.split() if flag not in FLAGS]
    if unknown or sentence < 0:
        complaints.append(f"{where}: unknown flags {unknown} or no sentence above")
        return
    qualifiers = {"polarity": "affirmed", "certainty": "asserted", "basis": "none"} | dict(FLAGS[flag] for flag in flags.split())
    predicate = types.predicates[parts[1]]
    start, end = one.sents[sentence]
    for subject in parts[0].split("; "):
        for object_ in parts[2].split("; "):
            ends = []
            for name, wanted in ((subject, predicate.domains), (object_, predicate.ranges)):
                surface, _, entity = name.partition("=")
                key = _entity(one, entity or surface, wanted)
                if key is None:
                    complaints.append(f"{where}: {entity or surface!r} is not declared with a type that {parts[1]} takes there")
                    break
                if surface != "~":
                    spans = [(start + a, start + b) for a, b in occurrences(surface, one.text[start:end])]
                    if not spans:
                        complaints.append(f"{where}: {surface!r} is not in the sentence")
                    if entity:
                        one.anaphors.extend((a, b, key) for a, b in spans)
                        one.entities[key]["spans"].extend(spans)
                    if entity and re.search(r"[()\[\],/]", surface):
                        one.entities[key].setdefault("spelled", []).extend(spans)  # no anaphor, but a name that is compared without these
                ends.append(key)
            if len(ends) == 2:
                one.claims.append({"sent": sentence, "subj": ends[0], "pred": parts[1], "obj": ends[1], **qualifiers})


def _entity(one: Text, name: str, wanted: frozenset[str]) -> str | None:
    """Return the key of the entity that a name stands for where one of the wanted types (any, if none) stands."""
    plain = norm(name)
    if not one.is_typed:
        one.entities.setdefault(plain, {"type": None, "kind": None, "names": {plain}, "spans": []})
        return plain
    fitting = [key for key, entity in one.entities.items() if plain in entity["names"] and (not wanted or entity["type"] in wanted)]
    return fitting[0] if fitting else None


def main() -> None:
    """Check the files that are named."""
    totals: Counter[str] = Counter()
    bad = 0
    for path in map(Path, sys.argv[1:]):
        texts, complaints = read(path)
        bad += len(complaints)
        print(*complaints, sep="\n", end="\n" if complaints else "")
        totals.update(texts=len(texts), sentences=sum(len(one.sents) for one in texts), claims=sum(len(one.claims) for one in texts))
    print(dict(totals), "complaints:", bad)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
