import pytest

from kg.frames import Frame
from kg.model import Sentence, Token


def sent(words):
    """Return a sentence from "word/dep>head" parts; a head is an index, and a tag may follow a colon."""
    tokens, place = [], 0
    for index, part in enumerate(words.split()):
        text, _, rest = part.partition("/")
        dep, _, rest = rest.partition(">")
        head, _, tag = rest.partition(":")
        tokens.append(Token(text, place, place + len(text), text.casefold(), tag or "NN", dep, int(head) if head else index))
        place += len(text) + 1
    return Frame(Sentence(0, 0, place - 1, " ".join(token.text for token in tokens), tuple(tokens)))


BIND = "mitragynine/nsubj>3 and/cc>0:CC kratom/conj>0 bind/ROOT:VBP receptors/dobj>3"
LIKE = "alkaloids/nsubj>4 like/prep>0:IN mitragynine/pobj>1 strongly/advmod>4:RB bind/ROOT:VBP receptors/dobj>4"
WHICH = "kava/nsubj>1 binds/ROOT:VBZ receptors/dobj>1 which/nsubj>4:WDT influence/relcl>2:VBP mood/dobj>4"


def test_a_conjunct_leads_to_the_first_of_its_coordination():
    assert sent(BIND).first_conjunct(2) == 0


def test_an_example_leads_to_its_general_noun():
    assert sent(LIKE).general(2) == 0


@pytest.mark.parametrize(("noun", "general"), [("transmitters/dobj>1:NNS", 2), ("dopamine/dobj>1:NN", None)])
def test_an_example_hung_on_the_verb_leads_to_the_plural_before_it(noun, general):
    assert sent(f"kava/nsubj>1 influences/ROOT>1:VBZ {noun} like/prep>1:IN serotonin/pobj>3:NN").general(4) == general


def test_what_is_no_example_stands_for_itself():
    assert sent(BIND).general(4) is None


def test_an_apposed_name_leads_to_what_it_names():
    assert sent("compounds/nsubj>2 kavain/appos>0 bind/ROOT:VBP receptors/dobj>2").general(1) == 0


@pytest.mark.parametrize(("words", "verb", "subject"), [(BIND, 3, 0), (WHICH, 4, 2), (WHICH, 1, 0)])
def test_a_verb_finds_its_subject(words, verb, subject):
    assert sent(words).subject(verb) == subject


def test_a_participle_takes_the_subject_above_it():
    frame = sent("kava/nsubj>1 works/ROOT:VBZ easing/advcl>1:VBG pain/dobj>2")
    assert frame.subject(2) == 0


def test_a_root_without_subject_has_none():
    assert sent("relieves/ROOT:VBZ pain/dobj>0").subject(0) is None


def test_a_path_goes_up_and_down_through_the_common_word():
    path = sent(BIND).path(0, 4)
    assert (path.up, path.down, path.inner, path.steps) == (("nsubj",), ("dobj",), (3,), 2)


def test_a_path_too_long_is_none():
    words = " ".join(["a/ROOT:NN", *(f"b/prep>{i}" for i in range(14))])
    assert sent(words).path(14, 0) is None


def test_the_head_of_a_span_governs_its_words():
    frame = sent("brain/compound>1 receptors/ROOT")
    assert frame.head(0, 15) == 1
    assert frame.head(40, 50) is None


def test_a_noun_stands_in_the_clause_of_its_verb():
    assert sent(WHICH).clause(5) == 4
