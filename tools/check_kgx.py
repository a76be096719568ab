"""Hold a KGX export against the Biolink Model, by the JSON Schema that LinkML makes of it.

  python -m venv .cache/linkml
  .cache/linkml/bin/pip install linkml==1.12.1 biolink-model==4.4.6 jsonschema==4.26.0
  kg export kgx --graph output --out .cache/kgx
  .cache/linkml/bin/python tools/check_kgx.py .cache/kgx

LinkML wants an environment of its own; nothing here imports `kg`, and nothing is fetched: the model is the file that biolink-model ships
(`kgx validate` asks hosts for it). Making the schema takes some fifteen seconds; it is kept beside the environment. Each record is held against the
class that its category names, with the classes closed: a slot that the class does not have is a complaint, but for `kg_…`, which Biolink
does not know. The command prints what is wrong and where, and exits 1.
"""

import argparse
import json
import sys
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from jsonschema import Draft201909Validator
from linkml.generators.jsonschemagen import JsonSchemaGenerator

OURS = "kg_"


def schema(kept: Path) -> dict:
    """Return the JSON Schema of the installed Biolink Model, made once."""
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        model = files("biolink_model") / "schema" / "biolink_model.yaml"
        kept.write_text(JsonSchemaGenerator(str(model), not_closed=False).serialize(), encoding="utf-8")
    whole = json.loads(kept.read_text(encoding="utf-8"))
    for class_ in whole["$defs"].values():
        for slot in class_.get("properties", {}).values():
            # LinkML puts the values of a list that tells the class, `category`, on the list instead of on its items.
            if "items" in slot and "enum" in slot:
                slot["items"]["enum"] = slot.pop("enum")
        # It nests whatever has no id of its own, such as the mixin "gene or gene product"; KGX names both ends of every edge.
        for end in {"subject", "object"} & set(class_.get("properties", {})):
            class_["properties"][end] = {"type": "string"}
    return whole


def complaints(record: dict, whole: dict, validators: dict) -> list[str]:
    """Return what is wrong with a record."""
    found = []
    for category in record.get("category", ["none"]):
        name = category.removeprefix("biolink:")
        if name not in whole["$defs"]:
            found.append(f"the model has no class {category}")
            continue
        if name not in validators:
            validators[name] = Draft201909Validator({"$defs": whole["$defs"], "$ref": f"#/$defs/{name}"})
        known = {slot: value for slot, value in record.items() if not slot.startswith(OURS)}
        errors = validators[name].iter_errors(known)
        found.extend(f"{'.'.join(map(str, error.path)) or name}: {error.message[:300]}" for error in errors)
    return found


def main() -> None:
    """Check a folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="what `kg export kgx` wrote")
    options = parser.parse_args()
    whole = schema(Path(sys.prefix, f"biolink-{version('biolink-model')}.schema.json"))
    validators: dict = {}
    records = wrong = 0
    for kind in ("nodes", "edges"):
        path = options.folder / f"substance-kg_{kind}.jsonl"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            records += 1
            for complaint in complaints(json.loads(line), whole, validators):
                wrong += 1
                print(f"{path.name}:{number}: {complaint}")
    print(f"{records} records, {len(validators)} classes of Biolink {version('biolink-model')}: {wrong} complaints")
    if wrong or not records:
        sys.exit(1)


if __name__ == "__main__":
    main()
