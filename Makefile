# Crossfoot's commands. They need python3 (3.11 or newer), make and pip, nothing else.

PYTHON ?= python3
VENV   ?= .venv
OUT    ?= out

BIN      := $(VENV)/bin
PIP      := $(BIN)/python -m pip --disable-pip-version-check
# Wheels only: nothing that comes from a registry is built, so no setup code of others runs.
INSTALL  := $(PIP) install --quiet --require-hashes --only-binary :all:
SOURCES  := schemas worker service eval examples tests
EXAMPLES  = $(wildcard examples/*.pdf)
# One thread for each library that would otherwise take all cores for a matrix of a few rows.
export OMP_NUM_THREADS ?= 1

.PHONY: help demo test test-doors test-hurt test-inside test-long test-llm test-model-faults lint check format bench eval-quick \
  lock clean chaos hostile soak ruin
.DEFAULT_GOAL := help

help: ## show these lines
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

# Exit code 1 of extract says that there is something to review, and is no failure here.
demo: $(VENV)/.runtime ## install, read the examples, print what was found
	@rm -rf $(OUT)/demo
	@$(BIN)/crossfoot extract $(EXAMPLES) --out $(OUT)/demo || [ $$? -eq 1 ]
	@set -e; \
	for pdf in $(EXAMPLES); do test -s $(OUT)/demo/$$(basename $$pdf .pdf).json; done; \
	echo; \
	echo "Written to $(OUT)/demo: one .json and one .xlsx for each document."; \
	echo "Look closer:"; \
	for pdf in $(EXAMPLES); do \
	  stem=$$(basename $$pdf .pdf); \
	  echo "  $(BIN)/crossfoot show $(OUT)/demo/$$stem.json"; \
	  echo "  $(BIN)/crossfoot overlay $$pdf $(OUT)/demo/$$stem.json --out $(OUT)/demo/overlay"; \
	done

# At the same time: what goes through the doors, what is hurt (and mostly waits), and all else.
test: $(VENV)/.dev ## run the tests, of the long ones a selection
	@$(MAKE) --no-print-directory --jobs 3 --output-sync test-doors test-hurt test-inside
	@$(BIN)/python -m tests.faults $(REPORTS)/doors.xml $(REPORTS)/hurt.xml $(REPORTS)/inside.xml

REPORTS := $(OUT)/tests
DOORS   := tests/acceptance tests/browser
HURT    := tests/chaos tests/hostile

test-doors:
	$(BIN)/python -m pytest --junitxml=$(REPORTS)/doors.xml $(DOORS)

test-hurt:
	$(BIN)/python -m pytest --junitxml=$(REPORTS)/hurt.xml $(HURT)

test-inside:
	$(BIN)/python -m pytest --junitxml=$(REPORTS)/inside.xml $(DOORS:%=--ignore=%) $(HURT:%=--ignore=%)

test-long: $(VENV)/.dev ## whole documents as scans, another tool's reading: minutes
	$(BIN)/python -m pytest -m long tests/acceptance tests/unit

test-llm: $(VENV)/.dev ## ask a real model (CROSSFOOT_PEER_MODEL_URL, CROSSFOOT_PEER_MODEL)
	$(BIN)/python -m pytest -s -m real_model tests/llm

test-model-faults: $(VENV)/.dev ## 2,000 blocks against a fake model with every fault
	$(BIN)/python -m pytest -s -m model_faults tests/llm

lint: $(VENV)/.dev ## format, lint, types, import contract
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint ## the same, and the unit tests
	$(BIN)/python -m pytest tests/unit tests/test_ground.py -m "not slow"

MINUTES ?= 60
SEED    ?= 1

chaos: $(VENV)/.dev ## kill, freeze, flush and restart parts of a service, many times over
	CHAOS_TIMES=$${CHAOS_TIMES:-10} $(BIN)/python -m pytest --junitxml=$(REPORTS)/chaos.xml tests/chaos
	@$(BIN)/python -m tests.faults $(REPORTS)/chaos.xml

hostile: $(VENV)/.dev ## bombs, mutants, floods; HOSTILE_CORPUS=folder adds its files
	HOSTILE_TIMES=$${HOSTILE_TIMES:-100} $(BIN)/python -m pytest --junitxml=$(REPORTS)/hostile.xml \
	  tests/hostile
	@$(BIN)/python -m tests.faults $(REPORTS)/hostile.xml
	$(BIN)/python -m tests.hostile.injected --seed $(SEED)

soak: $(VENV)/.dev ## documents and faults for MINUTES, out of SEED; what came of it as JSON
	$(BIN)/python -m tests.chaos.ordeal --kind servers --minutes $(MINUTES) --seed $(SEED) \
	  --rest 5 --out $(OUT)/soak.json

ruin: $(VENV)/.dev ## twelve pages in ruins, through a real browser to the workbook: half an hour
	$(BIN)/python -m pytest -s -m long tests/browser

format: $(VENV)/.dev ## put the code into its one format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.dev ## what a page costs, beside other tools, and how cost grows: an hour
	$(BIN)/python -m eval.bench --out $(OUT)/bench.json
	$(BIN)/python -m eval.bench_growth --out $(OUT)/growth.json

eval-quick: $(VENV)/.dev ## measure on a few made documents; stop where a score fell
	$(BIN)/crossfoot eval run --suite quick --jobs 2 --fresh --out $(OUT)/eval-quick
	$(BIN)/crossfoot eval gate $(OUT)/eval-quick --baseline eval/baseline.json

lock: $(VENV)/.runtime ## write the lock files anew from pyproject.toml
	$(PIP) install --quiet uv
	$(BIN)/python -m uv pip compile $(LOCK_FLAGS) --group pyproject.toml:build \
	  --group pyproject.toml:dev --output-file requirements-dev.lock pyproject.toml
	$(BIN)/python -m uv pip compile $(LOCK_FLAGS) --group pyproject.toml:build \
	  --constraint requirements-dev.lock --output-file requirements.lock pyproject.toml

LOCK_FLAGS := --quiet --universal --python-version 3.11 --fork-strategy fewest --upgrade \
  --generate-hashes --no-build --no-annotate --custom-compile-command "make lock"

clean: ## remove what the commands above made
	rm -rf $(VENV) $(OUT) build *.egg-info .pytest_cache .mypy_cache .ruff_cache \
	  .import_linter_cache

# What is installed is stamped, so that a second run starts at once.
$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Crossfoot needs Python 3.11 or newer; say which: make PYTHON=python3.12 …" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: $(VENV)/.python requirements.lock pyproject.toml
	@echo "Installing Crossfoot into $(VENV) …"
	@$(INSTALL) --requirement requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	@$(INSTALL) --requirement requirements-dev.lock
	@touch $@
