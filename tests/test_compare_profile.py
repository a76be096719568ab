from __future__ import annotations

from kg.compare import coverage, profile, render, table
from kg.compare.conflicts import contradictions
from kg.extraction import Extraction
from kg.model import Document, Sentence, Source
from tests.factories import claim, entity, nowhere, refusal, write_build

CLAIMS = (
    claim("kava contains kavain"),
    claim("kava alleviates anxiety", certainty="hedged", start=10),
    claim("kava alleviates anxiety", "b", stance="denied"),
    claim("kava alleviates depression", "b", stance="evidence_absent", start=40),
    claim("kava has_caution liver-damage", "b", basis="regulatory", speaker="FDA", start=80),
    claim("kratom interacts_with kava", "c"),
)


def page(claims, **options):
    disputed = contradictions(claims, {})
    return render.to_markdown(profile.report(entity("kava"), profile.select(claims, "kava"), disputed, {}, nowhere, **options))


def test_a_profile_says_what_it_contains_does_risks_who_says_so_and_what_is_disputed():
    text = page(CLAIMS)
    for heading in ("Contains", "Said to relieve", "Cautions", "Said to interact with it", "Who says so", "What is disputed"):
        assert f"\n## {heading}\n" in text
    assert "| anxiety | 0.5 | 1 | 1 of 1 | 1 | 0 |" in text
    assert "| depression | 0 | 0 | 0 of 0 | 0 | 1 |" in text
    assert "| FDA | 1 |" in text
    assert "kava alleviates anxiety: affirmed and denied" in text
    assert "Where evidence is said to be lacking" in text
    assert "## Binds" not in text


def test_a_profile_without_disputes_says_so_and_long_sections_are_cut():
    claims = tuple(claim(f"kava alleviates condition{number:02}") for number in range(20))
    text = page(claims)
    assert "No two of these claims contradict each other" in text
    assert "… and 5 more." in text
    assert "Where evidence is said to be lacking" not in text


def test_the_profile_as_json_holds_every_sentence():
    values = profile.as_json(entity("kava"), CLAIMS, contradictions(CLAIMS, {}), {}, nowhere)
    sections = {section["heading"]: section["edges"] for section in values["sections"]}
    assert [len(edge["affirmed"]) + len(edge["other"]) for edge in sections["Said to relieve"]] == [2, 1]
    assert values["speakers"] == {"the document itself": 5, "FDA": 1}
    assert len(values["disputed"]) == 1


def test_the_evidence_table_is_sorted_by_certainty_then_ground_then_place():
    claims = [
        claim("kava alleviates anxiety", "a", certainty="hedged", basis="clinical"),
        claim("kava alleviates anxiety", "b"),
        claim("kava alleviates anxiety", "c", basis="clinical"),
        claim("kratom alleviates insomnia", "a"),
        claim("kava alleviates anxiety", "a", start=60),
    ]
    chosen = table.select(claims, "anxiety")
    assert [(one.certainty.value, one.basis.value, one.doc) for one in chosen] == [
        ("asserted", "clinical", "c"),
        ("asserted", "none", "a"),
        ("asserted", "none", "b"),
        ("hedged", "clinical", "a"),
    ]
    assert len(table.select(claims, None)) == 5
    text = render.to_markdown(table.report(chosen, entity("anxiety"), lambda _: "page 2"))
    assert "# Evidence table: anxiety" in text
    assert "| page 2 |" in text
    assert "# Evidence table\n" in render.to_markdown(table.report(chosen, None, nowhere))
    assert [one["doc"] for one in table.as_json(chosen, nowhere)["claims"]] == ["c", "a", "b", "a"]


def _extraction(doc, claims, refused, unknown):
    document = Document(doc, "text", Source(f"{doc}.txt", ""))
    refusals = tuple(
        refusal(Sentence(0, start, start + 5, f"sentence {start}"), entity(s), entity(o), reason) for start, s, o, reason in refused
    )
    return Extraction(document, tuple(claims), 9, 4, refusals, unknown)


def test_coverage_lists_sentences_without_a_claim_with_their_reasons_and_unknown_names():
    found = coverage.measure(
        [
            _extraction(
                "a",
                [claim("kava alleviates anxiety", start=0)],
                [
                    (0, "kava", "insomnia", "question"),
                    (30, "kava", "mood", "no trigger"),
                    (30, "kava", "anxiety", "too unlikely to say alleviates (0.13)"),
                    (10, "kava", "anxiety", "too unlikely to say alleviates (0.09)"),
                ],
                ("zzz", "yyy"),
            ),
            _extraction("b", [], [], ("zzz",)),
        ]
    )
    assert (found.documents, found.sentences, found.with_claims, found.claims) == (2, 18, 1, 1)
    assert [(one.start, one.reasons) for one in found.passed] == [
        (10, ("too unlikely to say alleviates",)),
        (30, ("no trigger", "too unlikely to say alleviates")),
    ]
    assert found.reasons == (("too unlikely to say alleviates", 2), ("no trigger", 1))
    assert found.unknown == (("zzz", 2), ("yyy", 1))
    text = render.to_markdown(coverage.report(found, limit=1))
    assert "2 sentences; at most 1 are shown" in text
    assert "sentence 30" not in text
    values = coverage.as_json(found)
    assert values["sentences_passed_over"] == 2
    assert values["unknown_names"][0] == {"name": "zzz", "documents": 2}


def test_the_documents_of_a_build_come_with_their_texts(tmp_path):
    build = write_build(tmp_path / "b", [claim("kava alleviates anxiety")], texts={"a": "Kava.", "b": "Nothing."})
    assert [(one.id, one.text) for one in coverage.documents(build)] == [("a", "Kava."), ("b", "Nothing.")]
