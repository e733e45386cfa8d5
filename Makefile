# Two commands do everything on a fresh machine: `make site` and `make test`.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

SEEDS ?= 1

.PHONY: help site test test-slow lint bench redteam sample lab lock clean

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

$(STAMP): requirements.lock pyproject.toml
	@python=""; for word in $${PYTHON:-python3 python3.13 python3.12 python3.11}; do \
	  if "$$word" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then python="$$word"; break; fi; done; \
	if [ -z "$$python" ]; then echo "error: no Python 3.11, 3.12 or 3.13 found; name one with PYTHON=..." >&2; exit 2; fi; \
	echo "environment: $$("$$python" --version) in $(VENV)"; \
	if ! "$$python" -m venv --clear $(VENV); then \
	  echo "error: Python's venv is missing (on Debian: apt-get install python3-venv)" >&2; exit 2; fi
	@echo "environment: installing $$(grep -c '==' requirements.lock) locked packages (one to two minutes from a warm cache)"
	@$(BIN)/python -m pip install --disable-pip-version-check --no-deps --require-hashes -r requirements.lock 2> >(grep -v '^WARNING' >&2) \
	  | awk '/^Collecting/ {n++; if (n % 25 == 0) print "environment: " n " packages found"; fflush()} /^Installing/ {print "environment: unpacking"; fflush()}'
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --no-index --editable .
	@touch $@

site: $(STAMP) ## from data to the public book: site/index.html
	@$(BIN)/workbench build

test: $(STAMP) ## the tests, on the cores that there are
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

test-slow: $(STAMP) ## slower proof
	@$(BIN)/python -m pytest -m slow --override-ini "timeout=3600"

lint: $(STAMP) ## format, lint and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

bench: $(STAMP) ## the figures that the README states, each beside its peer
	@for program in $$(grep -l __main__ benchmarks/*.py); do echo "== $$program"; $(BIN)/python "$$program"; done

redteam: $(STAMP) ## attacks on raw data and on what is published: one line of JSON each (SEEDS=3)
	@$(BIN)/python tests/redteam --seeds $(SEEDS)

sample: $(STAMP) ## the demonstration anew: votes, runs, releases, approvals (needs WORKBENCH_DATA)
	@$(BIN)/workbench sample

lab: $(STAMP) ## JupyterLab for two or more people on this machine
	@$(BIN)/workbench lab

lock: ## the lock file anew from pyproject.toml (needs uv)
	@uv pip compile --universal --generate-hashes --python-version 3.11 --all-extras --no-header --no-annotate \
	  --no-emit-index-url pyproject.toml --output-file requirements.lock

clean: ## remove the environment, the built site and everything under .workbench
	@rm -rf $(VENV) site .workbench
