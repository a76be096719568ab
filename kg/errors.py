"""The one exception tree: everything that `kg` raises on purpose is a `KgError`."""


class KgError(Exception):
    """A problem that the user can mend; its message says where, what, and what would be right."""


class InputError(KgError):
    """A document, a folder or a file given by the user cannot be used."""


class TableError(KgError):
    """A row of `ontology/*.tsv`, or of a user's table, is wrong."""


class OntologyError(KgError):
    """`ontology/*.ttl` does not say what the machine needs."""


class QueryError(KgError):
    """A query is not well formed, is refused, or took too long."""
