import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools" / "training"))

import passages

WHOLE = [
    "=== nettle | wiki | someone/pages@abc | Nettle.md",
    "@ Substance: nettle",
    "@ Condition: hay fever",
    "# Uses",
    "Nettle may relieve hay fever.",
    "nettle > alleviates > hay fever | h",
    "",
    "- It stings (twice\u2009a day).",
]
PAGE = "Nettle.  \n\n## Uses\nNettle may relieve[12]\nhay fever.  Other words. It stings (twice\u2009a day)."


def test_a_stripped_passage_holds_no_sentence_and_is_restored_from_its_page():
    stripped = list(passages.strip(WHOLE))
    assert stripped[4].startswith(". 29 ")
    assert not any("stings" in line for line in stripped)
    assert passages.restore(stripped, PAGE) == (WHOLE, 0)


def test_a_page_that_reads_otherwise_is_told():
    restored, missed = passages.restore(passages.strip(WHOLE), PAGE.replace("hay fever", "itch"))
    assert missed == 1
    assert "Nettle may relieve hay fever." not in restored


def test_no_passage_in_the_repository_has_its_sentences():
    for path in (*passages.FOLDER.glob("*.txt"), *(passages.HERE / "second").glob("*.txt")):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert lines == list(lines_without_sentences(lines)), path.name


def lines_without_sentences(lines):
    for line in lines:
        if not line or line.startswith(("=== ", "@ ")) or " > " in line or passages._STRIPPED.fullmatch(line):
            yield line
