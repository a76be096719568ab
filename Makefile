# make graph   builds the graph of examples/, or of INPUT=path, into output/
# make test    runs every check and every test
# `make help` lists the rest.

SHELL := bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

INPUT ?= examples
OUT ?= output
JOBS ?= 2
BIN := .venv/bin
RUN := .venv/.run
DEV := .venv/.dev

.PHONY: help graph test check check-identifiers lock soak bench docs golden screenshots clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 28

$(RUN): pyproject.toml constraints.txt tools/environment.sh
	@tools/environment.sh run

$(DEV): pyproject.toml constraints.txt tools/environment.sh
	@tools/environment.sh dev
	@touch $(RUN)

graph: $(RUN)  ## build the graph of examples/ (INPUT=path: of your own files; OUT=folder)
	@$(BIN)/kg build "$(INPUT)" --out "$(OUT)"
	@printf '\nThe graph is built:\n  %s\topen it in a browser\n  %s\tthe same as RDF (Turtle)\n  %s\tone claim a line, with its sentence\n' \
	    "$(OUT)/graph.html" "$(OUT)/graph.ttl" "$(OUT)/claims.jsonl" | expand -t 34

check: $(DEV)  ## lint, format and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

check-identifiers: $(DEV)  ## look up every public identifier in its source table (downloads once)
	@$(BIN)/python tools/lexicon/check.py

test: check check-identifiers  ## every check and every test, with branch coverage
	@$(BIN)/python -m pytest -n $(JOBS) --cov --cov-report=term:skip-covered

soak: $(DEV)  ## the long tests
	@$(BIN)/python -m pytest -m soak

bench: $(DEV)  ## kg build against spaCy alone; benchmarks/README.md has the rest
	@$(BIN)/python benchmarks/startup.py

golden: $(DEV)  ## write the golden claims of examples/ again
	@$(BIN)/python tools/golden.py

docs: $(DEV)  ## write the generated pages again
	@$(BIN)/python tools/commands.py
	@$(BIN)/python tools/ontology_page.py
	@$(BIN)/python tools/lexicon/counts.py
	@$(BIN)/python tools/reports_page.py
	@$(BIN)/python tools/seeds_report.py

screenshots: $(DEV)  ## photograph the graph page of the examples for the README and docs/page.md
	@$(BIN)/kg build examples --out .cache/screenshots --with-sparql
	@if [ -d ../shared/seeds ]; then $(BIN)/kg build ../shared/seeds --out .cache/screenshots-seeds; fi
	@$(BIN)/python tools/screenshots.py .cache/screenshots $$(ls -d .cache/screenshots-seeds 2>/dev/null)

lock: $(DEV)  ## resolve pyproject.toml again into constraints.txt
	@$(BIN)/python tools/lock.py

clean:  ## remove the environment, caches and what was built into output/
	@rm -rf .venv .cache .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
	@find output -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +
