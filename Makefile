# Every command of this repository. `make` alone lists them.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
REPORTS ?=
PORT ?= 8000
WORKERS ?= 2

bin := .venv/bin
uv := $(shell uv --version >/dev/null 2>&1 && command -v uv)
lock = uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --quiet --upgrade --constraint requirements/pins.in --group build

ifdef uv
install = $(uv) pip install --quiet --python $(bin)/python
else
install = PATH="$(CURDIR)/$(bin):$$PATH" $(bin)/python -m pip install --quiet --disable-pip-version-check
endif

.PHONY: help demo test other-duckdb conformance oracles check format lint types layers docs docs-check serve bench proof lock install install-dev install-other-duckdb install-oracles clean

help: ## List these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

demo: install ## Install into .venv, simulate a marketplace, audit it, say where the report is
	$(bin)/bothsides demo

test: install-dev ## Install what is missing and run every test
	$(bin)/python -m pytest -n $(WORKERS)

other-duckdb: install-other-duckdb ## The tests of what DuckDB does, under the other version of it
	PYTHONPATH=.duckdb2 $(bin)/python -m pytest -n $(WORKERS) tests/warehouse tests/connectors tests/ingest

conformance: install-other-duckdb ## Every metric on every engine: two versions of DuckDB, and PostgreSQL at BOTHSIDES_PG_URL
	BOTHSIDES_OTHER_DUCKDB=.duckdb2 $(bin)/python -m pytest -n $(WORKERS) tests/conformance

oracles: install-oracles ## Our estimators against statsmodels, linearmodels, scikit-learn and lifetimes
	BOTHSIDES_ORACLES=.oracles $(bin)/python -m pytest -n $(WORKERS) tests/oracles

check: lint types layers test docs-check ## Everything a change must pass: format, lint, types, imports, tests, docs

format: install-dev ## Format the code and mend what the linter can mend
	$(bin)/ruff format
	$(bin)/ruff check --fix

lint: install-dev ## Format check and lint
	$(bin)/ruff format --check
	$(bin)/ruff check

types: install-dev ## mypy --strict
	$(bin)/mypy --strict

layers: install-dev ## The import contract: rooms import downwards only
	$(bin)/lint-imports

docs: install-dev ## Write the reference pages from the declarations
	$(bin)/python docs/generate.py

docs-check: install-dev ## Fail if a reference page differs from its declarations
	$(bin)/python docs/generate.py --check

serve: ## Show the newest report folder at http://127.0.0.1:8000 (static files; REPORTS=folder PORT=n to choose)
	@folder="$(REPORTS)"; \
	[ -n "$$folder" ] || folder=$$(ls -td -- */reports */*/reports 2>/dev/null | head -n 1); \
	[ -d "$$folder" ] || { echo "No report folder here yet: run 'make demo', or 'make serve REPORTS=folder'." >&2; exit 1; }; \
	echo "Serving $$folder at http://127.0.0.1:$(PORT) (Ctrl-C ends it)"; \
	exec $(PYTHON) -m http.server $(PORT) --bind 127.0.0.1 --directory "$$folder"

bench: install-dev ## Run every benchmarks/bench_*.py: CPU seconds and peak memory against references
	@set -e; ls benchmarks/bench_*.py >/dev/null; \
	for script in benchmarks/bench_*.py; do echo "== $$script"; $(bin)/python "$$script"; done

proof: install-dev install-oracles ## Run every benchmarks/proof_*.py whole: the long proofs of which the tests run a smoke
	@set -e; ls benchmarks/proof_*.py >/dev/null; \
	for script in benchmarks/proof_*.py; do echo "== $$script"; $(bin)/python "$$script"; done

lock: ## Resolve requirements/*.txt again (needs uv); requirements/pins.in holds versions back
	$(lock) --extra server --extra postgres --output-file requirements/runtime.txt
	$(lock) --constraint requirements/runtime.txt --group dev --all-extras --output-file requirements/dev.txt
	uv pip compile requirements/duckdb2.in --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --quiet --upgrade --output-file requirements/duckdb2.txt
	uv pip compile requirements/oracles.in --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --quiet --upgrade --constraint requirements/dev.txt \
	$(foreach name,numpy scipy packaging tzdata typing-extensions mypy-extensions,--no-emit-package $(name)) \
	--output-file requirements/oracles.txt

install: .venv/.runtime ## Install the package into .venv with its locked libraries, the API's and PostgreSQL's among them

install-dev: .venv/.dev ## The same, with the tools of the tests and checks

install-other-duckdb: .duckdb2/.installed

install-oracles: .oracles/.installed

clean: ## Remove .venv and the tools' caches
	rm -rf .venv .duckdb2 .oracles .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# Stamps: nothing is installed again until a lock or pyproject.toml changes.
$(bin)/python:
ifdef uv
	$(uv) venv --quiet --allow-existing --python '>=3.11' .venv
else
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo "Bothsides needs Python 3.11 or newer; $(PYTHON) is older. Try: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv .venv
endif

.venv/.runtime: requirements/runtime.txt pyproject.toml | $(bin)/python
	$(install) --require-hashes -r requirements/runtime.txt
	$(install) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: requirements/dev.txt .venv/.runtime
	$(install) --require-hashes -r requirements/dev.txt
	@touch $@

.duckdb2/.installed: requirements/duckdb2.txt .venv/.dev
	rm -rf .duckdb2
	$(install) --require-hashes --no-deps --target .duckdb2 -r requirements/duckdb2.txt
	@touch $@

.oracles/.installed: requirements/oracles.txt .venv/.dev
	rm -rf .oracles
	$(install) --require-hashes --no-deps --target .oracles -r requirements/oracles.txt
	@touch $@
