# `make demo` and `make test` need Python 3.11 with pip, and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help test lint types check engines e2e bench demo pins golden clean

help: ## What can be made
	@grep -E '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(READY): requirements-dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

test: $(READY) ## The tests that need neither an engine nor root
	$(BIN)/pytest -m "not engine and not network" $(ARGS)

lint: $(READY) ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY) ## mypy --strict
	$(BIN)/mypy

check: lint types test ## All three

engines: ## Real engines for e2e, on Debian, as root (tools/engines)
	tools/engines up

e2e: $(READY) engines ## The tests that need engines, root or the network
	eval "$$(tools/engines env)" && $(BIN)/pytest -m "engine or network" $(ARGS)

pins: ## Pin the development tools anew
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-header --no-annotate \
	  --python-version 3.11 pyproject.toml requirements-dev.in -o requirements-dev.txt

clean: ## Remove what was made here
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache dist
