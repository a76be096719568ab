"""Which part of the gold a text belongs to: `seeds`, `trained on`, `tuned on` or `held out`."""

HELD_OUT = frozenset(
    [f"d{i:02d}" for i in range(1, 13)]
    + [f"f{i:02d}" for i in range(7, 13)]
    + [f"o{i:02d}" for i in range(1, 7)]
    + ["e12", "i04", "i05", "i06", "k04", "k05", "k06"]
)
TUNE_ONLY = frozenset(["c", "d", "f", "o"])


def group_of(name: str) -> str:
    """Return the part of the gold that a text belongs to."""
    if name[:1].isdigit():
        return "seeds"
    if name[:3] in HELD_OUT:
        return "held out"
    return "tuned on" if name[:1] in TUNE_ONLY else "trained on"
