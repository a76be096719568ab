"""Write docs/ontology.md from ontology/kg.ttl and ontology/qualifiers.ttl: every class, predicate, property and value. `make docs` runs it."""

from pathlib import Path

import rdflib
from rdflib.namespace import OWL, RDF, RDFS, SDO, SKOS

from kg import DISCLAIMER

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "ontology.md"
KG = rdflib.Namespace("https://w3id.org/substance-kg/ontology#")


def cell(value: object) -> str:
    """Return the text as one cell of a Markdown table."""
    return " ".join(str(value).split()).replace("|", "\\|")


def table(heads: list[str], rows: list[list[str]]) -> list[str]:
    """Return a Markdown table."""
    return ["| " + " | ".join(line) + " |" for line in (heads, ["---"] * len(heads), *rows)] + [""]


class Reference:
    """The ontology as tables."""

    def __init__(self) -> None:
        self.graph = rdflib.Graph()
        for name in ("kg.ttl", "qualifiers.ttl"):
            self.graph.parse(ROOT / "ontology" / name)
        self.names = self.graph.namespace_manager

    def terms(self, kind: rdflib.URIRef) -> list[rdflib.URIRef]:
        """Return our terms of a kind, by name."""
        return sorted(term for term in self.graph.subjects(RDF.type, kind) if isinstance(term, rdflib.URIRef) and term in KG)

    def one(self, term: rdflib.URIRef, property_: rdflib.URIRef) -> str:
        """Return a value, or nothing."""
        return cell(self.graph.value(term, property_) or "")

    def many(self, term: rdflib.URIRef, *properties: rdflib.URIRef) -> str:
        """Return the names that a term points to, as code."""
        found = {self.names.normalizeUri(value) for property_ in properties for value in self.graph.objects(term, property_)}
        return ", ".join(f"`{name}`" for name in sorted(found))

    def classes(self) -> list[str]:
        """Return the table of classes."""
        rows = [
            [
                f"`{self.names.normalizeUri(term)}`",
                self.one(term, SKOS.definition),
                self.one(term, SKOS.example),
                self.many(term, RDFS.subClassOf),
                self.many(term, SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.relatedMatch),
            ]
            for term in self.terms(OWL.Class)
        ]
        return table(["class", "what it is", "for example", "under", "elsewhere"], rows)

    def predicates(self) -> list[str]:
        """Return the table of predicates: those with a key in claims.jsonl."""
        keyed = sorted((str(key), term) for term, key in self.graph.subject_objects(KG.key))
        rows = [
            [
                f"`{key}`",
                f"`{self.names.normalizeUri(term)}`",
                self.one(term, SKOS.definition),
                self.one(term, SKOS.example),
                self.many(term, SDO.domainIncludes),
                self.many(term, SDO.rangeIncludes),
                self.many(term, SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.relatedMatch),
            ]
            for key, term in keyed
        ]
        return table(["in claims.jsonl", "in RDF", "what it says", "for example", "from", "to", "elsewhere"], rows)

    def properties(self) -> list[str]:
        """Return the table of the other properties, less the twins of predicates."""
        twins = {
            name
            for _, term in self._keyed()
            for name in (KG["may" + self._upper(term)], KG["claimed" + self._upper(term)], KG[self._own(term)])
        }
        rows = [
            [
                f"`{self.names.normalizeUri(term)}`",
                self.one(term, SKOS.definition),
                self.many(term, RDFS.domain),
                self.many(term, RDFS.range),
            ]
            for kind in (OWL.ObjectProperty, OWL.DatatypeProperty)
            for term in self.terms(kind)
            if term not in twins
        ]
        return table(["property", "what it says", "of", "value"], rows)

    def qualifiers(self) -> list[str]:
        """Return the tables of the values of each qualifier."""
        parts = []
        for scheme in self.terms(SKOS.ConceptScheme):
            values = sorted(self.graph.subjects(SKOS.inScheme, scheme))
            rows = [
                [f"`{self.one(value, SKOS.notation)}`", f"`{self.names.normalizeUri(value)}`", self.one(value, SKOS.definition)]
                for value in values
                if isinstance(value, rdflib.URIRef)
            ]
            parts += [f"### {self.one(scheme, SKOS.prefLabel)}", "", self.one(scheme, SKOS.definition), ""]
            parts += table(["in claims.jsonl", "in RDF", "what it means"], rows)
        return parts

    def page(self) -> str:
        """Return the page."""
        head = (
            "Written by `make docs` from `ontology/kg.ttl` (OWL) and `ontology/qualifiers.ttl` (SKOS), which load in Protégé and rdflib as they are. "
            f"`kg:` is `{KG}`. {DISCLAIMER}"
        )
        parts = [
            "# Ontology",
            "",
            head,
            "",
            "## Classes",
            "",
            *self.classes(),
            "## Predicates",
            "",
            "What a claim can say. Each has two twins in RDF: `kg:may…` joins what texts only hedge, and `kg:claimed…`, above both, what any text says.",
            "",
            *self.predicates(),
            "## Properties",
            "",
            *self.properties(),
            "## Qualifiers",
            "",
            *self.qualifiers(),
        ]
        return "\n".join(parts).rstrip() + "\n"

    def _keyed(self) -> list[tuple[rdflib.term.Node, rdflib.term.Node]]:
        return [(key, term) for term, key in self.graph.subject_objects(KG.key)]

    @staticmethod
    def _own(term: rdflib.term.Node) -> str:
        return str(term).removeprefix(str(KG))

    def _upper(self, term: rdflib.term.Node) -> str:
        own = self._own(term)
        return own[0].upper() + own[1:]


if __name__ == "__main__":
    PAGE.write_text(Reference().page(), encoding="utf-8")
