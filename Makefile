# What there is to do; the steps themselves are in .ci/.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo serve test bench fuzz nightly lint check clean core tools docs

BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
ARGS ?=
SECONDS := 60
TARGET ?=

help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: core ## set up and run `hanbench verify` (ARGS="..." passes options)
	$(BIN)/hanbench verify $(ARGS)

serve: core ## set up and keep a home on a bench, with a live page in the browser (ARGS="..." passes options)
	$(BIN)/hanbench serve virtual $(ARGS)

test: tools ## set up and run everything that CI runs: linters, types, imports, tests
	@$(MAKE) --no-print-directory check
	$(BIN)/pytest -n 2 $(ARGS)

bench: core ## measure; prints JSON
	@$(BIN)/python -m hanbench.harness.benchmarks $(ARGS)

fuzz: ## set up and fuzz every parser from its corpus, SECONDS=60 each (TARGET="mac.frame nwk.frame" names some)
	@.ci/setup.sh test
	@$(BIN)/python -m tests.fuzz run --seconds $(SECONDS) $(addprefix --target ,$(TARGET)) $(ARGS)

nightly: tools ## run the full counts, which take hours, and write their figures to nightly.json
	$(BIN)/python -m tests.support.nightly $(ARGS)

lint: ## set up and run linters, types, imports
	@.ci/setup.sh test
	@$(MAKE) --no-print-directory check

clean: ## remove what set-up, tools and runs made
	rm -rf .venv .judges .hypothesis .import_linter_cache .grimp_cache .mypy_cache .pytest_cache .ruff_cache
	rm -rf build dist out hanbench-report* hanbench-up-* hanbench-serve* hanbench-explore* hanbench-campaign* hanbench-failures*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

core:
	@.ci/setup.sh core

tools:
	@.ci/setup.sh test
	@.ci/judges.sh

docs: core ## renew the generated pages and schemas
	@$(BIN)/python -m docs.generators

check:
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
