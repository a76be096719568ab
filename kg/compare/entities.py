"""Which entity of a build a user means: by id, by label, by name, with suggestions where none fits."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from kg.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.model import Claim, Entity

_SUGGESTIONS = 3


def collect(claims: Iterable[Claim]) -> dict[str, Entity]:
    """Return every entity that the claims name, by id, in order of id."""
    found: dict[str, Entity] = {}
    for claim in claims:
        for mention in (claim.subject, claim.object):
            found.setdefault(mention.entity.id, mention.entity)
    return dict(sorted(found.items()))


def find(entities: dict[str, Entity], text: str) -> Entity:
    """Return the entity that has the text as its id, else as its label, else as a name, without regard to case.

    Where several share a label or a name, the first in order of id is meant; an id is never ambiguous.

    Raises InputError with the nearest names where none fits.
    """
    if text in entities:
        return entities[text]
    wanted = fold(text)
    by_label = {fold(entity.label): entity for entity in reversed(entities.values())}
    by_name = {fold(name): entity for entity in reversed(entities.values()) for name in entity.names}
    by_id = {fold(id_): entity for id_, entity in entities.items()}
    for index in (by_id, by_label, by_name):
        if wanted in index:
            return index[wanted]
    near = difflib.get_close_matches(wanted, sorted({*by_label, *by_name}), n=_SUGGESTIONS)
    labels = dict.fromkeys((by_label.get(name) or by_name[name]).label for name in near)
    hint = f"; did you mean {', '.join(labels)}?" if labels else ""
    message = f"{text!r}: no claim names this{hint}"
    raise InputError(message)


def fold(text: str) -> str:
    """Return the text as names are compared: letters and digits only, without regard to case.

    >>> fold("St. John's-wort")
    'stjohnswort'
    """
    return "".join(char for char in text.casefold() if char.isalnum())
