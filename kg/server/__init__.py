"""`kg serve`: a built folder over HTTP, read-only.

`app` holds the routes, `protocol` what a request asks for, `negotiation` in which format, `pool` and `worker`
the processes that evaluate queries, `pages` what a reader sees, `description` what a machine sees.
"""
