"""The command line: the only package that prints and exits. One module a group of commands; each registers itself on `app`."""
