"""The graph page: what it carries (`payload`), and how it is written (`render`)."""
