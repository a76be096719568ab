"""Write docs/commands.md from the command line itself: every command, argument and option. `make docs` runs it."""

import re
from pathlib import Path
from typing import Any

from typer.main import get_command

from kg import DISCLAIMER
from kg.cli.main import app

PAGE = Path(__file__).resolve().parent.parent / "docs" / "commands.md"


def line(text: str) -> str:
    """Return the text as one line of a Markdown table."""
    return " ".join(re.sub(r"\[/?\w+\]", "", text).split()).replace("|", "\\|")


def rows(command: Any) -> list[str]:
    """Return the rows of a command's table: arguments first, then options, each with its default."""
    found = []
    for parameter in sorted(command.params, key=lambda one: one.param_type_name != "argument"):
        if parameter.name == "help":
            continue
        is_argument = parameter.param_type_name == "argument"
        name = (parameter.metavar or parameter.name.upper()) if is_argument else ", ".join([*parameter.opts, *parameter.secondary_opts])
        default = parameter.default
        shown = "" if default is None or default in ("", [], (), False) or callable(default) else f" Default: `{default}`."
        found.append(f"| `{name}` | {line(getattr(parameter, 'help', None) or '')}{shown} |")
    return found


def commands(group: Any, before: str = "") -> list[tuple[str, Any]]:
    """Return every command with its name, those of a group after the group's: `lexicon add`."""
    found = []
    for name, command in sorted(group.commands.items()):
        found += commands(command, f"{before}{name} ") if hasattr(command, "commands") else [(before + name, command)]
    return found


def page() -> str:
    """Return the page."""
    parts = ["# Commands", "", f"Written by `make docs` from the program itself. {DISCLAIMER}", ""]
    for name, command in commands(get_command(app)):
        text = command.help or ""
        arguments = [one.metavar or one.name.upper() for one in command.params if one.param_type_name == "argument"]
        parts += [
            f"## kg {name}",
            "",
            *(" ".join(block.split()) + "\n" for block in text.split("\n\n")),
            f"    kg {' '.join([name, *arguments])}",
            "",
        ]
        if table := rows(command):
            parts += ["| | |", "|---|---|", *table, ""]
    return "\n".join(parts).rstrip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
