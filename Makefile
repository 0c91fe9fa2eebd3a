# Every target sets up .venv by itself, once per version of the requirements files.
PYTHON ?= python3
BIN := .venv/bin
REQUIREMENTS := requirements.txt requirements-dev.txt
BIGTABLE_EMULATOR := v1.58.0
STAMP := .venv/.stamp-$(shell cat $(REQUIREMENTS) | $(PYTHON) -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest()[:16])')

.DEFAULT_GOAL := help
.PHONY: help setup preview test test-real test-exhaustive lint format schema bench lock emulators clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1\t\2/' | expand -t 14

$(STAMP): $(REQUIREMENTS)
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=…")'
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes $(foreach file,$(REQUIREMENTS),-r $(file))
	$(BIN)/python -m compileall -q -j 0 .venv/lib >/dev/null || true
	@touch $@

setup: $(STAMP) ## Set up .venv, which every other target does by itself

preview: $(STAMP) ## Plan, check and draw all stacks: no account, no network
	$(BIN)/python -m preview --policy-pack policies
	$(BIN)/python -m preview --policy-pack policies --project bootstrap

test: $(STAMP) ## Tests that need Python alone
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

test-real: $(STAMP) ## Tests that need the pulumi CLI, emulators or servers; says what it skipped
	$(BIN)/python -m pytest -rs -m real

test-exhaustive: $(STAMP) ## A kill and a fault at each single call of a failover: many minutes
	$(BIN)/python -m pytest -m exhaustive

lint: $(STAMP) ## Formatting, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/ty check --error-on-warning

format: $(STAMP) ## Rewrite files in the project's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schema: $(STAMP) ## Write the JSON schemas that editors check the stack files with
	$(BIN)/python -m settings.schema

bench: $(STAMP) ## Print how fast the preview, the policy pack, a deployment and the Bigtable writer are
	$(BIN)/python -m bench

COMPILE := $(BIN)/uv pip compile --quiet --python-version 3.11 --no-strip-extras --generate-hashes --no-header
lock: $(STAMP) ## Resolve requirements*.in into exact, hashed pins
	$(COMPILE) --universal requirements.in -o requirements.txt
	$(COMPILE) --python-platform linux -c requirements.txt services/bigtable_writer/requirements.in -o services/bigtable_writer/requirements.txt
	$(COMPILE) --python-platform linux -c requirements.txt services/cache_warmer/requirements.in -o services/cache_warmer/requirements.txt
	$(COMPILE) --python-platform linux -c requirements.txt failover/requirements.in -o failover/requirements.txt
	$(COMPILE) --universal requirements-dev.in -o requirements-dev.txt

emulators: ## Bring Bigtable's and DynamoDB's own emulators into .emulators, for tests marked `real`; needs Go, Maven and Java
	GOBIN=$(CURDIR)/.emulators/bin go install cloud.google.com/go/bigtable/cmd/emulator@$(BIGTABLE_EMULATOR)
	mvn --batch-mode --quiet dependency:copy-dependencies -f tests/services/emulators.xml -DoutputDirectory=$(CURDIR)/.emulators/dynamodb

clean: ## Remove the virtual environment and caches
	rm -rf .venv .emulators .pytest_cache .ruff_cache .hypothesis
