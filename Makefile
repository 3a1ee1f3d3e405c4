# All that is done with this project is a target here; `make` alone lists them.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.set-up
PAGE := src/pilotline/panel/page/index.html
PAGE_SOURCES := $(shell find web/panel -type f -not -path '*/node_modules/*')

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup run run-v2g test check torture explore mutants interop-v2g bench requirements format clean

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) $(PAGE)  ## install everything into .venv and build the page; quick when nothing changed
	@echo "Set up in .venv; try: make run"

$(STAMP): uv.lock pyproject.toml scripts/setup.sh
	@scripts/setup.sh "$(PYTHON)"
	@touch $@

$(PAGE): $(STAMP) scripts/page.sh $(PAGE_SOURCES)
	@scripts/page.sh build
	@touch $@

run: $(STAMP) $(PAGE)  ## start a virtual station with its page, a simulated car and a simulated backend
	@$(BIN)/pilotline run --csms virtual --open

run-v2g: $(STAMP) $(PAGE)  ## the same with cars that speak ISO 15118-2: plug in, show a card, read the messages
	@$(BIN)/pilotline run --model master-plus-ac --id PILOT-V2G --csms virtual --open --car-speaks iso2 --set c_Iso15118=true

test: $(STAMP) $(PAGE)  ## run all tests that need no root
	@scripts/browser.sh
	@scripts/page.sh test
	@$(BIN)/pytest --clocks simulated --numprocesses auto
	@$(BIN)/pytest --clocks real --ignore tests/browser --numprocesses 2 --dist loadfile
	@$(BIN)/pytest tests/browser --numprocesses 2

check: $(STAMP) $(PAGE)  ## format, lint, types, import contracts, then the tests: what CI runs
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/pyright
	$(BIN)/lint-imports
	scripts/page.sh check
	@$(MAKE) --no-print-directory test

N ?= 1000
torture: $(STAMP)  ## kill stations N times in the middle of sessions, then judge the books
	@$(BIN)/python scripts/torture.py $(N)

explore: $(STAMP)  ## look at everything that can happen to the safety module: about ten minutes
	@$(BIN)/python scripts/explore.py

mutants: $(STAMP)  ## make small mistakes in the safety module, and see whether a test notices each: a quarter of an hour
	@$(BIN)/python scripts/mutants.py

interop-v2g: $(STAMP)  ## a foreign car at our charger and the other way round; needs root, ip and a JVM
	@$(BIN)/python scripts/interop_v2g.py

bench: $(STAMP)  ## print the benchmark table, with ratios to the named peers
	@$(BIN)/python bench/run.py

requirements: $(STAMP)  ## run the tests and print requirement -> tests
	@$(BIN)/python scripts/requirements.py

format: $(STAMP)  ## put the code into its format and mend what can be mended
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
	scripts/page.sh format

clean:  ## remove what these targets made, .venv included; never the data of a station
	rm -rf .venv .venv-interop dist mutants web/panel/node_modules src/pilotline/panel/page .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
