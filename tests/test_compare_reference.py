from __future__ import annotations

import pytest

from kg import lexicon
from kg.compare import reference, render
from kg.compare.reference import COLUMNS, Verdict, judge
from kg.errors import TableError
from kg.lexicon import Entry, Lexicon
from tests.factories import claim, entity, nowhere

ROWS = {
    "constituents.tsv": [
        ("Piper methysticum", "kava", "NCBITaxon:1", "contains", "kavain", "", "CHEBI:1", "", "doi:10.1/x|doi:10.1/y", "table (CC0)"),
    ],
    "enzymes.tsv": [],
    "mechanisms.tsv": [
        ("mitragynine", "", "", "binds", "OPRM1", "mu opioid receptor", "", "increases", "PMID:1", "table (CC0)"),
        ("caffeine", "", "", "binds", "gaba-a-receptor", "", "", "", "PMID:2", "table (CC0)"),
    ],
}


class FewEntries:
    """What `load` reads of a lexicon: its entries."""

    def __init__(self, parents: dict[str, str | None]) -> None:
        self.entries = {id_: Entry(entity(id_), parent, (), "curated", "lexicon/test.tsv:1") for id_, parent in parents.items()}


@pytest.fixture
def folder(tmp_path):
    for name, rows in ROWS.items():
        lines = ["\t".join(COLUMNS), *("\t".join(row) for row in rows)]
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def known(folder):
    parents = {
        "kava": None,
        "kavain": "kavalactones",
        "kavalactones": "lactones",
        "lactones": None,
        "mu-opioid-receptor": "opioid-receptors",
        "opioid-receptors": "not-in-the-lexicon",
    }
    few: Lexicon = FewEntries(parents)  # type: ignore[assignment]
    return reference.load(few, folder)


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        (claim("kava contains kavain"), Verdict.SUPPORTED),
        (claim("kava contains kavain", certainty="hedged"), Verdict.SUPPORTED),
        (claim("kava contains kavalactones"), Verdict.SUPPORTED),
        (claim("kava contains lactones"), Verdict.SUPPORTED),
        (claim("kava contains kavain", stance="denied"), Verdict.REFUTED),
        (claim("kava contains kavain", stance="evidence_absent"), Verdict.NOT_COVERED),
        (claim("kava contains mitragynine"), Verdict.NOT_COVERED),
        (claim("kava contains mitragynine", stance="denied"), Verdict.NOT_COVERED),
        (claim("kava alleviates anxiety"), Verdict.NOT_COVERED),
        (claim("mitragynine binds mu-opioid-receptor"), Verdict.SUPPORTED),
        (claim("mitragynine binds mu-opioid-receptor", mechanism="partial agonist"), Verdict.SUPPORTED),
        (claim("mitragynine binds mu-opioid-receptor", mechanism="antagonist"), Verdict.REFUTED),
        (claim("mitragynine binds mu-opioid-receptor", mechanism="modulator", direction="decreases"), Verdict.SUPPORTED),
        (claim("mitragynine binds mu-opioid-receptor", direction="decreases"), Verdict.REFUTED),
        (claim("mitragynine binds opioid-receptors", mechanism="antagonist"), Verdict.SUPPORTED),
        (claim("caffeine binds gaba-a-receptor", mechanism="antagonist"), Verdict.SUPPORTED),
    ],
)
def test_each_verdict(known, said, verdict):
    finding = judge(said, known)
    assert finding.verdict is verdict
    assert bool(finding.facts) == (verdict is not Verdict.NOT_COVERED)


def test_the_report_counts_all_and_shows_what_is_covered_with_its_citation(known):
    claims = [
        claim("kava contains kavain"),
        claim("mitragynine binds mu-opioid-receptor", mechanism="antagonist"),
        claim("kava alleviates anxiety"),
    ]
    text = render.to_markdown(reference.report(reference.check(claims, known), facts=known.facts))
    assert "Compared with 3 curated facts" in text
    assert text.index("## Refuted") < text.index("## Supported")
    assert "doi:10.1/x, doi:10.1/y" in text
    assert "increases its activity" in text
    assert "false" not in text.lower()
    values = reference.as_json(reference.check(claims, known), nowhere)
    assert values["counts"] == {"supported": 1, "refuted": 1, "not covered": 1}
    assert values["findings"][0]["facts"][0]["citations"] == ["PMID:1"]


def test_a_report_without_a_refuted_claim_has_no_such_heading(known):
    text = render.to_markdown(reference.report(reference.check([claim("kava contains kavain")], known), facts=3))
    assert "## Refuted" not in text


def test_a_bad_row_is_named_with_file_and_line(folder):
    (folder / "enzymes.tsv").write_text("\t".join(COLUMNS) + "\nx\t\t\t\ty\t\t\tup\t\tt\n", encoding="utf-8")
    with pytest.raises(TableError) as error:
        reference.read(folder)
    assert str(error.value).count("/enzymes.tsv:2: ") == 3


@pytest.fixture(scope="module")
def shipped():
    return reference.read()


def test_the_shipped_reference_has_at_least_400_cited_facts(shipped):
    assert len(shipped) >= 400
    assert all(fact.citations and fact.source for fact, _, _ in shipped)


def test_every_citation_is_a_publication_or_a_database_identifier(shipped):
    kinds = {citation.partition(":")[0] for fact, _, _ in shipped for citation in fact.citations}
    assert kinds == {"doi", "PMID", "CHEBI", "drugbank", "http"}


def test_every_source_names_its_licence(shipped):
    assert {fact.source.rpartition("(")[2] for fact, _, _ in shipped} == {"CC0)", "Apache-2.0)"}


def test_the_shipped_facts_are_found_under_the_names_of_the_shipped_lexicon():
    known = reference.load(lexicon.load())
    kratom = [key for key in known.exact if key[0] == "kratom" and key[1] == "contains"]
    assert ("kratom", "contains", "mitragynine") in kratom
    assert ("naloxone", "binds", "muopioidreceptor") in known.exact
    assert ("naloxone", "binds", "opioidreceptors") in known.above or ("naloxone", "binds", "opioidreceptor") in known.above
