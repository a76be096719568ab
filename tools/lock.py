"""Write constraints.txt: the exact release of every package that `kg`, its extras and its tests install.

Resolves pyproject.toml afresh, installs nothing. Run it after changing a dependency: `make lock`.
"""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = "# Every package and release that `kg`, its extras and its tests install. Written by `make lock`; do not edit.\n"


def resolve(requirement: str) -> list[str]:
    """Return "name==version" of everything that pip would install for the requirement, sorted by name, itself left out."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--report", "-", requirement]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout)
    pins = {item["metadata"]["name"].lower().replace("_", "-"): item["metadata"]["version"] for item in report["install"]}
    return [f"{name}=={version}" for name, version in sorted(pins.items()) if name != "substance-kg"]


def main() -> None:
    """Write the file."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = ",".join(sorted(project.get("optional-dependencies", {})))
    pins = resolve(f".[{extras}]" if extras else ".")
    (ROOT / "constraints.txt").write_text(HEADER + "\n".join(pins) + "\n", encoding="utf-8")
    print(f"constraints.txt: {len(pins)} packages")


if __name__ == "__main__":
    main()
