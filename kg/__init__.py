"""A knowledge graph of the claims that texts make about substances, with the sentence behind each."""

__version__ = "0.1.0"
DISCLAIMER = "This shows what texts claim, not what is true, and gives no medical advice."
