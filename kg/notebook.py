"""A built folder that shows itself in a notebook."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.builds import open_build

if TYPE_CHECKING:
    from pathlib import Path

    from kg.builds import Build

HEIGHT = 760


@dataclass(frozen=True, slots=True)
class Graph:
    """The graph page of a built folder, as the last value of a notebook's cell.

    The page runs in a sandboxed frame: it can neither read the notebook nor reach a network.
    """

    build: Build
    height: int = HEIGHT

    @classmethod
    def open(cls, path: Path) -> Graph:
        """Open the built folder at `path`.

        Raises InputError where it holds no graph.
        """
        return cls(open_build(path))

    def _repr_html_(self) -> str:
        from kg.outputs.html import page

        return (
            '<iframe title="Graph of claims" sandbox="allow-scripts allow-downloads allow-popups" width="100%" '
            f'height="{int(self.height)}" frameborder="0" srcdoc="{html.escape(page(self.build), quote=True)}"></iframe>'
        )
