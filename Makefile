# `make demo` and `make test` need Python 3.11 with pip, and nothing else.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Debian's Python can make an environment without pip before python3-venv is installed: its own pip fills it.
PIP := $(PYTHON) -m pip --python $(BIN)/python --disable-pip-version-check

.PHONY: help test lint types check engines e2e long bench demo pins golden clean

help: ## What can be made
	@grep -E '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(READY): requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 is needed: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv --without-pip $(VENV)
	$(PIP) install --quiet --require-hashes -r requirements-dev.txt
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

test: $(READY) ## The tests that need neither an engine nor root
	$(BIN)/pytest -n auto -m "not engine and not network" $(ARGS)

lint: $(READY) ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY) ## mypy --strict
	$(BIN)/mypy

check: lint types test ## All three

engines: ## Real engines for e2e, on Debian, as root (tools/engines)
	tools/engines up

e2e: $(READY) engines ## The tests that need engines, root or the network
	eval "$$(tools/engines env)" && $(BIN)/pytest -n 2 --dist loadfile -m "(engine or network) and not long" $(ARGS)

long: $(READY) engines ## Those of e2e that take minutes, one after the other
	eval "$$(tools/engines env)" && $(BIN)/pytest -m long $(ARGS)

demo: $(READY) ## Build examples/notes and serve it; PORT=8080 chooses where
	$(BIN)/uv lock --quiet --system-certs --project examples/notes --python $(BIN)/python
	$(BIN)/python examples/demo.py $(BIN)/pottle $(PORT)

bench: $(READY) engines ## Measure against docker build; rewrites docs/benchmarks.md
	$(BIN)/python -m benchmarks.docker --write docs/benchmarks.md $(ARGS)
	$(BIN)/python -m benchmarks.registry --write docs/benchmarks.md $(ARGS)
	$(BIN)/python -m benchmarks.generated --write docs/benchmarks.md $(ARGS)
	$(BIN)/python -m benchmarks.compression --write docs/benchmarks.md $(ARGS)
	$(BIN)/python -m benchmarks.compiled --write docs/benchmarks.md $(ARGS)
	$(BIN)/python -m benchmarks.size_steps --write docs/benchmarks.md $(ARGS)

pins: ## Pin the development tools anew
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-strip-extras --no-header --no-annotate \
	  --python-version 3.11 --extra lsp pyproject.toml requirements-dev.in -o requirements-dev.txt

golden: $(READY) ## Write the goldens anew; their diff is what is reviewed
	GOLDEN=rewrite $(BIN)/pytest -q tests/project/test_cases.py tests/plan/test_cases.py tests/cli/test_plan_text.py tests/render/test_golden.py tests/render/test_pipelines.py tests/render/test_backing.py

clean: ## Remove what was made here
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache dist
