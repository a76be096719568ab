import sys
from pathlib import Path

import numpy as np

TOOLS = Path(__file__).resolve().parent.parent / "tools"
sys.path[:0] = [str(TOOLS / "training"), str(TOOLS)]

import mean_reader  # noqa: E402
import passages  # noqa: E402

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


def stored(words, rows, weight, threshold):
    lists = {name: np.frombuffer("\n".join(words).encode(), dtype=np.uint8) for name in mean_reader.TABLES.values()}
    tables = {name: np.array(rows, dtype=np.float16) for name in mean_reader.TABLES}
    arrays = {"mix": np.array([weight], dtype=np.float16), "pieces": np.array([7], dtype=np.int8), "thresholds": np.array([threshold])}
    return lists | tables | arrays


def test_the_mean_of_two_readers_goes_by_their_words():
    first = stored(["", "kava", "kratom"], [[0], [2], [4]], 1.0, 0.4)
    second = stored(["", "betel", "kava"], [[2], [8], [6]], 3.0, 0.5)
    found = mean_reader.mean(first, second)
    assert found["lemma"].ravel().tolist() == [1, 8, 4]
    assert (found["mix"].tolist(), found["pieces"].tolist(), found["thresholds"].tolist()) == ([2.0], [7], [0.4])
    assert bytes(found["text_lemmas"]).decode().split("\n") == ["", "betel", "kava"]
