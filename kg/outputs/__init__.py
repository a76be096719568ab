"""One writer a format. Every writer is a function `write(build, out)`: a built folder in, one file (or one folder) out."""
