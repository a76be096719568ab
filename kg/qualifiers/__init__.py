"""Sentence and claim → polarity, certainty, basis, stance, attribution and the rest, each with the cue it was read from."""

from kg.qualifiers.claims import Cues, Qualifiers, SentenceCues, find_cues, load, qualify

__all__ = ["Cues", "Qualifiers", "SentenceCues", "find_cues", "load", "qualify"]
