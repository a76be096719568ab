"""Who says so: the authorities and the speakers of a sentence, and which claims they speak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.model import Attribution, Basis, Cue
from kg.qualifiers.trees import SUBJECTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kg.model import Mention
    from kg.qualifiers.cues import FoundCue
    from kg.qualifiers.trees import Tree

_SPEAKER_TYPE = "Authority"


@dataclass(frozen=True, slots=True)
class Speaker:
    """One who can speak, at a place; `verb` is what it is the subject or the agent of, None where it is neither."""

    attribution: Attribution
    cue: Cue
    head: int
    verb: int | None
    is_authority: bool


def find(tree: Tree, mentions: Sequence[Mention], found: Sequence[FoundCue]) -> tuple[Speaker, ...]:
    """Return the authorities among the mentions, then the speakers among the cues that are a subject, an agent or a source."""
    result = []
    for mention in mentions:
        if mention.entity.type == _SPEAKER_TYPE and (head := tree.head_of(mention)) is not None:
            cue = Cue("attribution", mention.text, mention.start, mention.end)
            result.append(Speaker(Attribution(mention.entity.id, mention.entity.label), cue, head, _verb(tree, head), is_authority=True))
    for item in found:
        verb = _verb(tree, item.anchor)
        if verb is not None:
            result.append(Speaker(Attribution(None, item.row.value), item.cue, item.head, verb, is_authority=False))
    return tuple(result)


def _verb(tree: Tree, head: int) -> int | None:
    """Return the verb that one who speaks stands with: as its subject, by an agent ("reported by users"), or "according to"."""
    token = tree.tokens[head]
    above = tree.heads[head]
    if token.dep in SUBJECTS and tree.is_verb[above]:
        return above
    if token.dep in {"compound", "poss", "amod", "nmod"} and above != head:
        return _verb(tree, above)
    if token.dep == "conj" and above != head:
        return _verb(tree, above)
    if token.dep == "pobj":
        word, over = tree.words[above], tree.heads[above]
        if tree.tokens[above].dep == "agent" or word == "by":
            return over
        if word == "to" and tree.words[over] == "according":
            return tree.heads[over]
    return None


def of(speakers: Sequence[Speaker], tree: Tree, subject: int, object_: int, basis: Basis) -> Speaker | None:
    """Return who speaks a claim: an authority before anyone else, then the first whose verb the claim hangs on."""
    for is_authority in (True, False):
        for speaker in speakers:
            if speaker.is_authority != is_authority or speaker.head in (subject, object_):
                continue
            verb = speaker.verb
            if verb is None:
                if is_authority and basis is Basis.REGULATORY:
                    return speaker
                continue
            if tree.covers(verb, object_) and not _is_apart(tree, verb, object_):
                return speaker
    return None


def _is_apart(tree: Tree, verb: int, token: int) -> bool:
    while token != verb:
        if tree.crossing(token) in {"clause", "relcl"}:
            return True
        token = tree.heads[token]
    return False
