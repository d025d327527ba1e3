# The commands of this repository. Each sets up what it needs; only Python 3.11+ and make are assumed.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help up down test lint format coverage docs faults bench-tools bench-render bench-workers soak-workers mutate-rules

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

.venv/ready: pyproject.toml apps/pyproject.toml
	$(PYTHON) -m venv .venv || { apt-get update && apt-get install --yes python3-venv && $(PYTHON) -m venv .venv; }
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable . --editable apps --group dev
	touch $@

up: .venv/ready ## bring the chart up on a cluster and prove that no message is lost
	$(BIN)/chartproof up chart --set producer.rate=100

down: .venv/ready ## take it away again
	$(BIN)/chartproof down

# Charts and tools do not look at the clock, workers wait a lot: two tests at a time share the
# processors. A cluster needs them all.
RUNS := "--numprocesses=2 --ignore=tests/apps --ignore=tests/cluster" "--numprocesses=2 tests/apps" tests/cluster

test: lint ## lint, then every test this machine can run, and a list of what it could not and why
	export CHARTPROOF_LEFT_OUT=$$(mktemp); trap 'rm $$CHARTPROOF_LEFT_OUT' EXIT; failed=0; \
	  for run in $(RUNS); do $(BIN)/python -m pytest $$run || failed=1; done; exit $$failed

lint: .venv/ready ## ruff, mypy, and chartproof's own lint of the chart and its tables
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/chartproof lint chart
	$(BIN)/chartproof docs chart --check --strict

format: .venv/ready ## ruff's formatter over the whole tree
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Without leaks, as what coverage notes down would count as one; and without handlers that cannot be
# interrupted: while one is to be, Python 3.11 does not get on with anything that is traced.
coverage: .venv/ready ## which lines and branches of the workers their tests run, or those named ONLY; needs a broker
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -k "not cannot_be_interrupted $(if $(ONLY),and ($(ONLY)))" --ignore=tests/apps/test_leaks.py \
	  tests/apps tests/pages/test_workers_page.py
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report $(if $(ONLY),--fail-under=0)

docs: .venv/ready ## write the pages and tables that are made from what they describe
	$(BIN)/chartproof docs chart
	$(BIN)/python -m tests.pages.rules
	$(BIN)/python -m tests.pages.review

faults: .venv/ready ## break broker, network and workers in every way, and write docs/faults.md; ONLY=name for some
	$(BIN)/python -m tests.apps.faults $(if $(ONLY),-k "$(ONLY)")

mutate-rules: .venv/ready ## break every check in turn, or those in MODULES; docs/self-tests.md lists which test notices
	$(BIN)/python -m tests.mutation.rules $(MODULES)

bench-tools: .venv/ready ## chartproof beside helm-unittest and helm template; the last line is JSON
	$(BIN)/python -m tests.benchmarks.tools

bench-render: .venv/ready ## how long the chart takes to render; the last line is JSON
	$(BIN)/python -m tests.benchmarks.render

soak-workers: .venv/ready ## random faults for SECONDS from SEED; the last line is JSON
	$(BIN)/python -m tests.benchmarks.soak $(or $(SECONDS),600) $(or $(SEED),1)

bench-workers: .venv/ready ## the workers beside other libraries, Go and PerfTest; the last line is JSON
	$(BIN)/python -m tests.benchmarks.workers
