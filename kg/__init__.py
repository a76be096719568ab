"""A knowledge graph of the claims that texts make about substances, with the sentence behind each."""

from importlib.metadata import version

__version__ = version("substance-kg")
DISCLAIMER = "This shows what texts claim, not what is true, and gives no medical advice."
