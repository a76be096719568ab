"""What was planted in examples/ (disagreements, near-copies, overclaims) is found by the real road, and nothing is invented."""

from __future__ import annotations

import subprocess
import sys

import pytest

from kg import lexicon
from kg.builds import open_build
from kg.compare import conflicts, coverage, diff, entities, evidence, overclaims, paths, profile, reference
from kg.compare.render import to_html, to_markdown
from kg.extraction import open_extractor

pytestmark = pytest.mark.model

# Every disagreement that the examples hold, as the report names it.
DISAGREEMENTS = {
    "kava alleviates anxiety: affirmed and denied",
    "kava has caution hepatotoxicity: affirmed and denied",
    "caffeine has caution insomnia: affirmed and denied",
    "mitragynine and mu-opioid receptor: activates and blocks",
    "kratom: no known interactions, and named ones",
    "kava: no known interactions, and named ones",
    "St. John's wort: no known interactions, and named ones",
    "kratom and anxiety: relieves and worsens",
    "caffeine and cortisol: increases and decreases",
    "psilocybin alleviates depression: affirmed and denied",
    "St. John's wort alleviates depression: affirmed and denied",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory, root):
    folder = tmp_path_factory.mktemp("examples")
    subprocess.run([sys.executable, "-m", "kg", "build", str(root / "examples"), "--out", str(folder)], check=True, capture_output=True)
    return open_build(folder)


@pytest.fixture(scope="module")
def copies(built):
    return evidence.copies(built)


def test_the_planted_disagreements_are_found_and_no_other(built, copies):
    assert {conflicts.title(one) for one in conflicts.of_build(built, copies)} == DISAGREEMENTS


def test_the_near_copy_is_found_and_no_other(copies):
    groups = {}
    for document, group in copies.items():
        groups.setdefault(group, set()).add(document)
    assert [sorted(group) for group in groups.values() if len(group) > 1] == [["kava-calm-blog", "kava-sleep-shop"]]


def test_a_copy_counts_once(built, copies):
    (rung,) = [
        one
        for one in evidence.ladder(built.claims(), copies)
        if (one.subject, one.predicate, one.object) == ("kava", "alleviates", "anxiety")
    ]
    assert {"kava-calm-blog", "kava-sleep-shop", "kava-encyclopaedia", "calm-roundup"} <= set(rung.documents)
    assert rung.independent == len(rung.documents) - 1


def test_the_planted_overclaims_are_found_and_no_other(built, copies):
    found = {(one.kind, one.doc, one.about) for one in overclaims.find(built.claims(), copies, overclaims.proof_wordings())}
    blogs = ("kava-calm-blog", "kava-sleep-shop")
    assert found == {
        *((overclaims.LONE, blog, f"kava alleviates {condition}") for blog in blogs for condition in ("anxiety", "insomnia")),
        *((overclaims.PROOF, blog, "kava alleviates insomnia") for blog in blogs),
        *((overclaims.LONE, "kratom-leaf-store", f"kratom alleviates {condition}") for condition in ("chronic pain", "depression")),
        (overclaims.GAP, "kratom-leaf-store", "kratom"),
        (overclaims.GAP, "calm-roundup", "St. John's wort"),
    }


def test_a_curated_fact_supports_and_refutes(built):
    known = reference.load(lexicon.load())
    verdicts = {
        (one.claim.subject.entity.label, one.claim.predicate, one.claim.object.entity.label, one.claim.doc): one.verdict.value
        for one in reference.check(built.claims(), known)
    }
    assert verdicts["kratom", "contains", "mitragynine", "kratom-harm-reduction"] == "supported"
    assert verdicts["kava", "alleviates", "anxiety", "kava-encyclopaedia"] == "not covered"


def test_a_path_leads_from_kratom_over_a_receptor_to_a_mood(built, copies):
    known = entities.collect(built.claims())
    found = paths.find(built.claims(), entities.find(known, "kratom").id, entities.find(known, "dopamine").id, copies)
    assert any([step.predicate for step in path.steps] == ["contains", "binds", "modulates"] for path in found.paths)


def test_no_evidence_is_not_a_denial(built):
    said = {
        (c.subject.entity.label, c.object.entity.label): c.stance.value
        for c in built.claims()
        if "no evidence that" in c.sentence.text.casefold()
    }
    assert said["caffeine", "depression"] == "evidence_absent"
    assert said["ashwagandha", "chronic pain"] == "evidence_absent"


def test_the_profile_of_kava_reads_well(built, copies):
    kava = entities.find(entities.collect(built.claims()), "kava")
    claims = profile.select(built.claims(), kava.id)
    made = profile.report(kava, claims, conflicts.contradictions(claims, copies), copies, lambda _: "")
    text = to_markdown(made)
    for word in ("kavain", "anxiety", "alcohol", "hepatotoxicity", "Piper methysticum", "medical advice"):
        assert word in text
    assert "<h1>" in to_html(made)


def test_coverage_counts_every_sentence_and_says_why(built):
    found = coverage.measure(open_extractor().extract(coverage.documents(built)))
    assert found.documents == sum(1 for _ in built.documents())
    assert found.claims == sum(1 for _ in built.claims())
    assert all(reason for reason, _ in found.reasons)


def test_a_build_does_not_differ_from_itself(built):
    assert diff.compare(built.claims(), built.claims()).is_empty
