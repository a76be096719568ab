"""Write tests/vendor/biolink.json: what the Biolink Model says of the words that ontology/biolink/ uses.

Needs the package biolink-model in the environment (`pip install biolink-model==4.4.6`), which nothing else here does.
The model is CC0. Run it after changing those tables or for a new release of the model.
"""

import json
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import yaml
from biolink_model.datamodel import pydanticmodel_v2 as model

from kg import tables
from kg.outputs.kgx import EDGES, NODES

ROOT = Path(__file__).resolve().parent.parent
TABLES = ROOT / "ontology" / "biolink"


def words(name: str) -> str:
    """Return a CamelCase class as the model's YAML names it, in lower case and without spaces."""
    return name.lower().replace(" ", "").replace("_", "")


def ancestors(name: str, things: dict[str, dict]) -> set[str]:
    """Return the thing and all above it, by is_a and mixins."""
    found = {name}
    for above in (things[name].get("is_a"), *things[name].get("mixins", ())):
        if above:
            found |= ancestors(above, things)
    return found


def usages(name: str, classes: dict[str, dict]) -> dict[str, dict]:
    """Return what a class and those above it say of their slots; the nearest wins."""
    above = classes[name].get("is_a")
    found = usages(above, classes) if above else {}
    for slot, usage in classes[name].get("slot_usage", {}).items():
        found[slot] = {**found.get(slot, {}), **(usage or {})}
    return found


def main() -> None:
    """Write the file."""
    schema = yaml.safe_load((files("biolink_model") / "schema" / "biolink_model.yaml").read_text(encoding="utf-8"))
    classes = {words(name): name for name in schema["classes"]}
    rows = tables.read(TABLES / "associations.tsv", tables_columns("associations"))
    categories = {row["category"] for row in tables.read(TABLES / "categories.tsv", tables_columns("categories")) if row["category"]}
    found: dict[str, dict] = {"version": version("biolink-model"), "predicates": {}, "associations": {}, "categories": {}, "enums": {}}
    for predicate in sorted({row["biolink"] for row in rows}):
        name = predicate.replace("_", " ")
        slot = schema["slots"][name]
        found["predicates"][predicate] = {
            "above": sorted(above.replace(" ", "_") for above in ancestors(name, schema["slots"])),
            "is_canonical": slot.get("annotations", {}).get("canonical_predicate") is not None or slot.get("mixin", False),
            "domain": slot.get("domain") or "named thing",
            "range": slot.get("range") or "named thing",
            "is_deprecated": "deprecated" in slot,
        }
    for association in sorted({row["association"] for row in rows}):
        usage = usages(classes[words(association)], schema["classes"])
        fields = getattr(model, association).model_fields
        found["associations"][association] = {
            "predicate": usage.get("predicate", {}).get("subproperty_of", "related to").replace(" ", "_"),
            "subject": usage.get("subject", {}).get("range", "named thing"),
            "object": usage.get("object", {}).get("range", "named thing"),
            "slots": sorted(set(fields) & set(EDGES)),
            "required": sorted(slot for slot, field in fields.items() if field.is_required()),
        }
    for category in sorted(categories):
        name = classes[words(category)]
        found["categories"][category] = {
            "above": sorted(ancestors(name, schema["classes"])),
            "slots": sorted(set(getattr(model, category).model_fields) & set(NODES)),
        }
    for enum in ("KnowledgeLevelEnum", "AgentTypeEnum", "DirectionQualifierEnum", "CausalMechanismQualifierEnum"):
        found["enums"][enum] = sorted(schema["enums"][enum]["permissible_values"])
    text = json.dumps(found, indent=1, sort_keys=True)
    (ROOT / "tests" / "vendor" / "biolink.json").write_text(text + "\n", encoding="utf-8")


def tables_columns(name: str) -> tuple[str, ...]:
    """Return the columns of a table, from its own first line."""
    lines = (TABLES / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    return tuple(next(line for line in lines if not line.startswith("#")).split("\t"))


if __name__ == "__main__":
    main()
