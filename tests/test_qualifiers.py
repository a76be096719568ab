"""Qualifiers of one claim: by scope, with the words they were read from."""

from __future__ import annotations

import json
import re

import pytest

from kg import qualifiers
from kg.errors import TableError
from kg.model import Basis, Certainty, Entity, Mention, Polarity, Sentence, Stance, Token
from kg.qualifiers import cues, details, models, speakers
from kg.qualifiers.trees import plant
from kg.sentences import open_parser

HARM = ("Caution", "adverse_effect", "has_caution")
RELIEF = ("Condition", None, "alleviates")
TARGET = ("Receptor", None, "binds")
LEVEL = ("Neurotransmitter", None, "modulates")
EFFECT = ("Effect", None, "produces")


def mention(text: str, start: int, type_: str, kind: str | None = None) -> Mention:
    return Mention(Entity(text.lower(), text, type_, (text,), kind), text, start, start + len(text))


def read(
    example: str, about: tuple[str, str | None, str] = RELIEF, *, index: int = 1, authority: str | None = None
) -> qualifiers.Qualifiers:
    """Read the claim between the two names in brackets; with `{}` around one it is the subject, wherever it stands."""
    text = re.sub(r"[\[\]{}]", "", example)
    places = []
    for match in re.finditer(r"[\[{]([^]}]+)[\]}]", example):
        places.append((match[0][0] == "{", match[1], match.start() - 2 * len(places)))
    if any(is_subject for is_subject, _, _ in places):
        places.sort(key=lambda place: not place[0])
    subject = mention(places[0][1], places[0][2], "Substance")
    object_ = mention(places[1][1], places[1][2], about[0], about[1])
    named = [subject, object_]
    if authority is not None:
        named.append(
            Mention(Entity("agency", "the agency", "Authority"), authority, text.index(authority), text.index(authority) + len(authority))
        )
    sentence = next(open_parser().parse([Sentence(index, 0, len(text), text)]))
    found = qualifiers.find_cues(qualifiers.load(), sentence, named)
    return qualifiers.qualify(found, subject=subject, object=object_, predicate=about[2], trigger=None)


def words(result: qualifiers.Qualifiers, kind: str) -> list[str]:
    return [cue.text for cue in result.cues if cue.kind == kind]


# --- polarity


@pytest.mark.model
@pytest.mark.parametrize(
    ("example", "about"),
    [
        ("[Kava] did not relieve [pain].", RELIEF),
        ("[Kava] isn’t a remedy for [pain].", RELIEF),
        ("[Mescaline] lacks affinity for the [dopamine transporter].", TARGET),
        ("[Coniine] failed to produce [malformations].", HARM),
        ("[Kava] had no significant effect on [pain].", RELIEF),
        ("There is no evidence that [kava] relieves [pain].", RELIEF),
        ("[Kava] calms without causing [sedation].", HARM),
        ("[Theanine] is [non-addictive].", ("Caution", "dependence", "has_caution")),
        ("[Theanine] is [safe].", HARM),
        ("[Kava] is physically [safe].", HARM),
        ("[Kava] appears to be [safe].", HARM),
        ("There was no evidence of [damage] in those treated with {kava}.", HARM),
        ("[Alprazolam] has a low [toxicity].", HARM),
        ("[Duloxetine] was [well tolerated].", HARM),
        ("{Kava} was given, but no [nausea] occurred.", HARM),
        ("The use of {kava} in [pregnancy] is safe.", ("Caution", "contraindication", "has_caution")),
    ],
)
def test_a_denial_in_scope_negates(example, about):
    assert read(example, about).polarity is Polarity.NEGATED


@pytest.mark.model
@pytest.mark.parametrize(
    ("example", "about"),
    [
        ("[Kava] relieves [pain].", RELIEF),
        ("[Kava] not only relieves [pain] but also improves sleep.", RELIEF),
        ("[Kava] does not cause sleep but relieves [pain].", RELIEF),
        ("[Kava] is not without [side effects].", HARM),
        ("[Kava] is not [safe].", HARM),
        ("[Kratom] is [not approved] for any use.", ("Caution", "legal_status", "has_caution")),
        ("[Kava] causes [low blood pressure].", HARM),
        ("[Kava] is well tolerated and causes [nausea].", HARM),
        ("[Kava] is [no remedy].", RELIEF),
        ("{Kava} [helped] no man.", EFFECT),
        ("[Kava] relieves [pain]; it is no remedy for fever.", RELIEF),
        ("[Kava] does not help except in [pain].", RELIEF),
        ("It does not help sleep, they said, but [kava] relieves [pain].", RELIEF),
        ("The old saline, but not the old saline drug relieving fever, had [kava] against [pain].", RELIEF),
        ("Although it does not help sleep, [kava] relieves [pain].", RELIEF),
        ("[Kava] relieves [pain], which does not cause fever.", RELIEF),
        ("Do not use [kava] in [pregnancy].", ("Caution", "contraindication", "has_caution")),
        ("[Kava] should be used with [medical advice], not without it.", ("Caution", "medical_supervision", "has_caution")),
        ("{NO} activates [guanylate cyclase].", TARGET),
        ("Tianeptine caused fewer [side effects] than {amitriptyline}.", HARM),
        ("Few cases of [hiccups] have been reported with {clarithromycin}.", HARM),
        ("It is not an infrequent complication of {desferrioxamine} that [hearing loss] occurs.", HARM),
        ("{Kava} eased [pain], which valerian did not.", RELIEF),
        ("{Haloperidol} has negligible affinity for histamine receptors but causes more [tremor].", HARM),
    ],
)
def test_a_denial_out_of_scope_or_of_no_claim_does_not(example, about):
    assert read(example, about).polarity is Polarity.AFFIRMED


@pytest.mark.model
def test_not_after_but_denies_its_own_phrase_only():
    text = "{Mecamylamine}, but not saline, relieved the [pain] of all patients."
    assert read(text).polarity is Polarity.AFFIRMED
    assert read("Mecamylamine, but not {saline}, relieved the [pain] of all patients.").polarity is Polarity.NEGATED


@pytest.mark.model
def test_membership_below_a_denial_stays_affirmed():
    result = read("Mescaline lacks affinity for [transporters] such as {SERT}.", ("Receptor", None, "is_a"))
    assert result.polarity is Polarity.AFFIRMED


@pytest.mark.model
def test_what_is_only_compared_with_is_not_denied():
    assert read("Kava causes less [sedation] than {alcohol}.", HARM).polarity is Polarity.AFFIRMED


# --- stance


@pytest.mark.model
def test_no_evidence_is_absent_evidence_and_not_denial():
    result = read("There is no evidence that [kava] relieves [pain].")
    assert (result.polarity, result.stance) == (Polarity.NEGATED, Stance.EVIDENCE_ABSENT)
    assert words(result, "stance")


@pytest.mark.model
def test_unproven_affirms_and_hedges():
    result = read("The use of [kava] against [pain] has no proven benefit.")
    assert (result.certainty, result.stance) == (Certainty.HEDGED, Stance.EVIDENCE_ABSENT)


@pytest.mark.model
def test_a_plain_denial_is_denied():
    assert read("[Kava] does not relieve [pain].").stance is Stance.DENIED


# --- certainty


@pytest.mark.model
@pytest.mark.parametrize(
    "example",
    [
        "[Kava] may relieve [pain].",
        "[Kava] might help with stress and relieve [pain].",
        "Reports suggest that [kava] relieves [pain].",
        "[Kava] is thought to relieve [pain].",
        "[Kava] appears to relieve [pain].",
        "[Kava] is being studied for [pain].",
        "[Kava] is a potential remedy for [pain].",
        "[Kava] is marketed for [pain].",
        "[Kava] shows promise in [pain].",
        "[Kava] for [pain] management",
        "Does [kava] relieve [pain]?",
    ],
)
def test_a_hedge_hedges_and_names_its_words(example):
    result = read(example)
    assert result.certainty is Certainty.HEDGED
    assert words(result, "certainty")


@pytest.mark.model
@pytest.mark.parametrize(
    "example",
    [
        "[Kava] relieves [pain].",
        "[Kava] can relieve [pain].",
        "[Kava] relieves [pain], and it may cause nausea.",
        "In May [kava] relieved [pain].",
    ],
)
def test_what_does_not_hedge_leaves_a_claim_asserted(example):
    result = read(example)
    assert result.certainty is Certainty.ASSERTED
    assert not words(result, "certainty")


@pytest.mark.model
def test_a_hedged_harm_is_hedged():
    assert read("[Kava] may cause [nausea].", HARM).certainty is Certainty.HEDGED


@pytest.mark.model
def test_a_title_is_hedged_but_not_what_it_says_in_passing():
    title = "Effects of the [MAO-B] inhibitor {{harmaline}} on pain.".replace("{{", "{").replace("}}", "}")
    assert read(title, TARGET, index=0).certainty is Certainty.ASSERTED
    assert read("Effects of {harmaline} on [pain].", index=0).certainty is Certainty.HEDGED


@pytest.mark.model
def test_what_a_thing_is_stays_asserted_under_a_hedge():
    assert read("[Alkaloids] such as {mitragynine} may relieve pain.", ("Alkaloid", None, "is_a")).certainty is Certainty.ASSERTED


# --- basis


@pytest.mark.model
@pytest.mark.parametrize(
    ("example", "basis"),
    [
        ("In patients [kava] relieved [pain].", Basis.CLINICAL),
        ("[Kava] relieved [pain] in rats.", Basis.PRECLINICAL),
        ("Studies show that [kava] relieves [pain].", Basis.RESEARCH),
        ("Users report that [kava] relieves [pain].", Basis.USER_REPORT),
        ("[Kava] is traditionally used for [pain].", Basis.TRADITIONAL_USE),
        ("The FDA approved [kava] for [pain].", Basis.REGULATORY),
        ("[Kava] relieves [pain].", Basis.NONE),
        ("More trials are needed on [kava] for [pain].", Basis.NONE),
        ("Studies and trials in patients show that [kava] relieves [pain].", Basis.CLINICAL),
    ],
)
def test_the_ground_is_the_one_that_the_sentence_names(example, basis):
    result = read(example)
    assert result.basis is basis
    assert bool(words(result, "basis")) == (basis is not Basis.NONE)


# --- attribution


@pytest.mark.model
def test_an_authority_that_speaks_is_the_attribution():
    result = read("The Bureau warns that [kava] causes [nausea].", HARM, authority="The Bureau")
    assert result.attribution is not None
    assert (result.attribution.id, result.attribution.label) == ("agency", "the agency")
    assert words(result, "attribution") == ["The Bureau"]


@pytest.mark.model
@pytest.mark.parametrize(
    "example",
    [
        "According to the Bureau, [kava] causes [nausea].",
        "[Kava] was reported by the Bureau to cause [nausea].",
        "The Bureau's experts say that [kava] causes [nausea].",
        "Doctors and the Bureau say that [kava] causes [nausea].",
    ],
)
def test_an_authority_speaks_in_many_ways(example):
    result = read(example, HARM, authority="Bureau")
    assert result.attribution is not None
    assert result.attribution.id == "agency"


@pytest.mark.model
def test_an_authority_with_a_verb_of_its_own_elsewhere_says_nothing():
    result = read("[Kava] causes [nausea], although the Bureau likes it.", HARM, authority="Bureau")
    assert result.attribution is None


@pytest.mark.model
def test_an_authority_without_a_verb_speaks_what_is_regulatory():
    result = read("[Kava] is approved by law for [pain] under Bureau rules.", authority="Bureau")
    assert result.basis is Basis.REGULATORY
    assert result.attribution is not None


@pytest.mark.model
def test_speakers_without_an_entry_have_a_label_only():
    result = read("Proponents say that [kava] relieves [pain].")
    assert result.attribution is not None
    assert (result.attribution.id, result.attribution.label) == (None, "proponents")


@pytest.mark.model
def test_one_who_only_takes_it_does_not_speak():
    assert read("[Kava] relieved [pain] in patients.").attribution is None


# --- direction, mechanism


@pytest.mark.model
@pytest.mark.parametrize(
    ("example", "direction"),
    [
        ("[Kava] increases [dopamine].", "increases"),
        ("[Kava] inhibits the release of [dopamine].", "decreases"),
        ("[Kava] blocks the reduction of [dopamine].", "increases"),
        ("[Citalopram] inhibits the reuptake of [serotonin].", "increases"),
        ("[Kava] changes [dopamine].", None),
        ("[Dopamine] reduces {kava} cravings.", None),
    ],
)
def test_the_direction_turns_with_each_word_on_the_way(example, direction):
    assert read(example, LEVEL).direction == direction


@pytest.mark.model
def test_coordinated_objects_have_their_own_mechanisms():
    text = "{Buprenorphine} is a [mu-opioid receptor] partial agonist and a kappa-opioid receptor antagonist."
    assert read(text, TARGET).mechanism == "partial agonist"
    text = "{Buprenorphine} is a mu-opioid receptor partial agonist and a [kappa-opioid receptor] antagonist."
    assert read(text, TARGET).mechanism == "antagonist"


@pytest.mark.model
@pytest.mark.parametrize(
    ("example", "about", "mechanism"),
    [
        ("[Kava] blocks [pain].", RELIEF, None),
        ("[Kava] blocks [sodium channels].", TARGET, "blocker"),
        ("[Naloxone] has antagonistic action at the [mu-opioid receptor].", TARGET, "antagonist"),
        ("[Kava] binds [GABA-A receptors].", TARGET, None),
        ("[GABA-A receptors] are blocked by {kava}.", TARGET, "blocker"),
        ("The [GABA-A receptors] block {kava}.", TARGET, None),
    ],
)
def test_the_mechanism_is_the_one_of_the_target(example, about, mechanism):
    assert read(example, about).mechanism == mechanism


# --- dose, route, population


@pytest.mark.model
@pytest.mark.parametrize(
    ("example", "dose"),
    [
        ("[Kava] at 200 mg daily relieved [pain].", "200 mg daily"),
        ("[Kava] (2.5-5 mg/kg) relieved [pain].", "2.5-5 mg/kg"),
        ("In large doses [kava] relieves [pain].", "large doses"),
        ("[Kava] relieved [pain], while kratom was given at 5 mg.", None),
        ("[Kava] relieved [pain] at a level of 5 mg/mL.", None),
        ("[Kava] relieved [pain] in 2 weeks.", None),
    ],
)
def test_the_dose_is_the_one_of_the_claims_clause(example, dose):
    assert read(example).dose == dose


@pytest.mark.model
@pytest.mark.parametrize(
    ("example", "route"),
    [
        ("Oral [kava] relieves [pain].", "oral"),
        ("[Ketamine] given intravenously relieves [pain].", "intravenous"),
        ("[Kava] relieves [pain].", None),
    ],
)
def test_the_route(example, route):
    assert read(example).route == route


@pytest.mark.model
@pytest.mark.parametrize(
    ("example", "population"),
    [
        ("[Kava] relieved [pain] in older adults.", "older adults"),
        ("[Kava] relieved [pain] in patients with chronic cancer.", "patients with chronic cancer"),
        ("[Kava] relieved [pain] in male rats.", "male rats"),
        ("Patients took [kava], and it relieved [pain] in women.", "women"),
        ("[Kava] relieved [pain].", None),
    ],
)
def test_the_population_is_written_as_in_the_text(example, population):
    assert read(example).population == population


@pytest.mark.model
def test_a_long_population_is_cut_to_its_noun():
    tail = "hypertension, hypercholesterolaemia, hyperthyroidism, hypoparathyroidism and hyperuricaemia"
    assert read(f"[Kava] relieved [pain] in patients with {tail}.").population == "patients"


# --- edges


def hand(*rows: tuple[str, str, str, int]) -> Sentence:
    tokens, at = [], 0
    for text, tag, dep, head in rows:
        tokens.append(Token(text, at, at + len(text), text.lower(), tag, dep, head))
        at += len(text) + 1
    return Sentence(1, 0, at - 1, " ".join(row[0] for row in rows), tuple(tokens))


def test_a_sentence_without_tokens_has_plain_qualifiers():
    found = qualifiers.find_cues(qualifiers.load(), Sentence(0, 0, 4, "Kava"), ())
    kava = mention("Kava", 0, "Substance")
    result = qualifiers.qualify(found, subject=kava, object=kava, predicate="is_a", trigger=(0, 4))
    assert (result.polarity, result.certainty, result.basis, result.cues) == (Polarity.AFFIRMED, Certainty.ASSERTED, Basis.NONE, ())


def test_mentions_outside_the_sentence_count_as_standing_at_the_other_one():
    sentence = hand(
        ("It", "PRP", "nsubj", 2), ("may", "MD", "aux", 2), ("relieve", "VB", "ROOT", 2), ("pain", "NN", "dobj", 2), (".", ".", "punct", 2)
    )
    far, pain = mention("Kava", 900, "Substance"), mention("pain", 15, "Condition")
    found = qualifiers.find_cues(qualifiers.load(), sentence, (pain,))
    as_subject = qualifiers.qualify(found, subject=far, object=pain, predicate="alleviates", trigger=None)
    as_object = qualifiers.qualify(found, subject=pain, object=far, predicate="alleviates", trigger=None)
    by_trigger = qualifiers.qualify(found, subject=far, object=far, predicate="alleviates", trigger=(7, 14))
    assert as_subject.certainty is as_object.certainty is by_trigger.certainty is Certainty.HEDGED


def claim_of(
    sentence: Sentence, subject: int, object_: int, about: tuple[str, str | None, str] = RELIEF, *, named: tuple[Mention, ...] = ()
):
    s, o = sentence.tokens[subject], sentence.tokens[object_]
    found = qualifiers.find_cues(qualifiers.load(), sentence, named)
    one, other = mention(s.text, s.start, "Substance"), mention(o.text, o.start, about[0], about[1])
    return qualifiers.qualify(found, subject=one, object=other, predicate=about[2], trigger=None)


KAVA = ("Kava", "NN", "nsubj", 1)


def test_no_with_a_light_verb_stops_at_the_next_verb():
    sentence = hand(
        KAVA,
        ("had", "VBD", "ROOT", 1),
        ("no", "DT", "det", 3),
        ("taste", "NN", "dobj", 1),
        ("and", "CC", "cc", 1),
        ("eased", "VBD", "conj", 1),
        ("pain", "NN", "dobj", 5),
    )
    assert claim_of(sentence, 0, 6).polarity is Polarity.AFFIRMED


def test_not_after_but_reaches_to_the_next_verb():
    sentence = hand(
        KAVA,
        ("eased", "VBD", "ROOT", 1),
        ("pain", "NN", "dobj", 1),
        ("but", "CC", "cc", 1),
        ("not", "RB", "neg", 6),
        ("old", "JJ", "amod", 6),
        ("fever", "NN", "conj", 2),
        ("seen", "VBN", "acl", 6),
        ("here", "RB", "advmod", 7),
    )
    assert claim_of(sentence, 0, 2).polarity is Polarity.AFFIRMED
    assert claim_of(sentence, 0, 6).polarity is Polarity.NEGATED


def test_a_phrase_that_the_sentence_cuts_off_is_not_read():
    sentence = hand(KAVA, ("eases", "VBZ", "ROOT", 1), ("pain", "NN", "dobj", 1), ("or", "CC", "cc", 1), ("not", "RB", "neg", 1))
    assert claim_of(sentence, 0, 2).polarity is Polarity.NEGATED


def test_a_second_sentence_beside_the_first_is_out_of_reach():
    sentence = hand(
        KAVA,
        ("sleeps", "VBZ", "ROOT", 1),
        ("not", "RB", "neg", 1),
        ("it", "PRP", "nsubj", 4),
        ("eases", "VBZ", "parataxis", 1),
        ("pain", "NN", "dobj", 4),
    )
    assert claim_of(sentence, 0, 5).polarity is Polarity.AFFIRMED


def test_one_modal_holds_for_two_verbs_whatever_the_tagger_says():
    sentence = hand(
        KAVA,
        ("ease", "VB", "ROOT", 1),
        ("may", "MD", "aux", 1),
        ("pain", "NN", "dobj", 1),
        ("cause", "VBP", "conj", 1),
        ("nausea", "NN", "dobj", 4),
    )
    tree = plant(sentence)
    assert tree.crossing(4) == ""
    assert plant(hand(KAVA, ("eases", "VBZ", "ROOT", 1), ("cause", "VBP", "conj", 1))).crossing(2) == "clause"


def test_a_target_named_after_what_is_done_to_it():
    sentence = hand(KAVA, ("is", "VBZ", "ROOT", 1), ("an", "DT", "det", 3), ("agonist", "NN", "attr", 1))
    assert claim_of(sentence, 0, 3, TARGET).mechanism == "agonist"


def test_an_authority_without_a_verb_speaks_no_other_ground():
    sentence = hand(("Bureau", "NNP", "dep", 2), KAVA, ("eases", "VBZ", "ROOT", 2), ("pain", "NN", "dobj", 2))
    tree = plant(sentence)
    bureau = Mention(Entity("agency", "the agency", "Authority"), "Bureau", 0, 6)
    found = speakers.find(tree, (bureau,), ())
    assert speakers.of(found, tree, 1, 3, Basis.NONE) is None
    assert speakers.of(found, tree, 1, 3, Basis.REGULATORY) == found[0]


def test_words_without_a_token_are_nowhere():
    tree = plant(hand(KAVA, ("eases", "VBZ", "ROOT", 1)))
    assert details.nearest(tree, (), 0, 1) is None
    assert details.dose(tree, (details.Dose("5 mg", 900, 904),), (), 0, 1) is None


def test_a_parse_with_two_roots_is_one_tree():
    tree = plant(hand(("Kava", "NN", "ROOT", 0), ("Pain", "NN", "ROOT", 1), ("relief", "NN", "dobj", 9)))
    assert tree.heads == (0, 0, 0)
    assert tree.meet(1, 2) == 0


def test_a_span_between_tokens_has_no_head():
    tree = plant(hand(("Kava", "NN", "ROOT", 0), ("works", "VBZ", "dep", 0)))
    assert tree.token_at(4, 5) is None
    assert tree.token_at(0, 10) == 0


def test_the_same_claim_reads_the_same_twice():
    assert qualifiers.load() is qualifiers.load()


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("* may\tcertainty\thedged\tclause\t[A] may [b].", "must begin and end with a word"),
        ("may\tsureness\thedged\tclause\t[A] may [b].", "unknown kind 'sureness'"),
        ("may\tcertainty\tmaybe\tclause\t[A] may [b].", "unknown value 'maybe'"),
        ("may\tattribution\t\tclause\t[A] may [b].", "unknown value ''"),
        ("may\tcertainty\thedged\teverywhere\t[A] may [b].", "unknown scope 'everywhere'"),
        ("may\tcertainty\thedged\tclause\tA may b.", "in brackets"),
    ],
)
def test_a_bad_row_is_refused_with_its_place(tmp_path, row, problem):
    table = tmp_path / "cues.tsv"
    table.write_text("\t".join(cues.COLUMNS) + "\n" + row + "\n", encoding="utf-8")
    with pytest.raises(TableError, match=re.escape(problem)) as error:
        cues.read(table)
    assert "cues.tsv:2" in str(error.value)


@pytest.mark.parametrize("text", ["{", "{}", json.dumps({"certainty": {"values": []}})])
def test_bad_weights_are_refused(tmp_path, text):
    path = tmp_path / "qualifiers.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TableError, match="train_qualifiers"):
        models.read(path)


def test_weights_add_up_and_the_first_value_wins_a_tie():
    model = models.Model(("no", "yes"), (0.5, 0.0), {"a": (0.0, 1.0), "b": (0.0, -0.5)})
    assert model.decide(["a", "unknown"]) == "yes"
    assert model.decide(["a", "b"]) == "no"
