# One way to do each thing. Every target sets up what it needs; the first time takes minutes, then seconds.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CACHE := .cache
ARGS ?=

.PHONY: help demo test check lint blockers bench docs screenshots endurance browsers clean
.DELETE_ON_ERROR:

help: ## this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# Debian's Python may come without ensurepip: then the machine's own pip fills the empty venv.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("adnotice needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || { \
		$(PYTHON) -m venv --clear --without-pip $(VENV) && \
		$(PYTHON) -m pip --python $(BIN)/python install --quiet pip; }

$(CACHE)/demo: pyproject.toml | $(BIN)/python
	@mkdir -p $(CACHE)
	@echo 'installing adnotice and what the demo needs into $(VENV)'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[demo]'
	@touch $@

$(CACHE)/check: pyproject.toml | $(BIN)/python
	@mkdir -p $(CACHE)
	@echo 'installing adnotice and what its tests need into $(VENV)'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[check]'
	@touch $@ $(CACHE)/demo

$(CACHE)/bench: pyproject.toml $(CACHE)/check
	@echo 'installing the peers that adnotice is measured beside into $(VENV)'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[check,bench]'
	@touch $@

# Not a file target: what could not be had last time is tried again; a complete set costs nothing.
browsers:
	@test $(CACHE)/browsers -nt package-lock.json -a $(CACHE)/browsers -nt tests/browser/setup.sh \
		-a $(CACHE)/browsers -nt tests/browser/prepare.mjs || \
		bash tests/browser/setup.sh

demo: $(CACHE)/demo ## the demo newspaper, its dashboard, and what to look at
	@$(BIN)/python demo_app.py $(ARGS)

test: $(CACHE)/check browsers ## every test, in real browsers with a real blocker where they can be had (ARGS="-k word")
	@$(BIN)/python -m pytest -m 'not endurance' $(ARGS)

lint: $(CACHE)/check
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

check: lint ## lint, types, and every test with branch coverage: what CI runs
	@$(MAKE) --no-print-directory test ARGS='--cov --cov-report=term-missing:skip-covered $(ARGS)'

blockers: $(CACHE)/check browsers ## real blockers x verdicts, beside the npm detectors; writes docs/accuracy.md
	@$(BIN)/python -m bench.blockers $(ARGS)

bench: $(CACHE)/bench ## what adnotice costs, and its peers, as ratios of one run (ARGS=part)
	@$(BIN)/python -m bench $(ARGS)

screenshots: $(CACHE)/check browsers ## docs/images: the notice and the dashboard, from the demo
	@$(BIN)/python -m tests.browser.screenshots $(ARGS)

docs: $(CACHE)/check ## the generated parts of docs/
	@$(BIN)/python -m docs.generate $(ARGS)

endurance: $(CACHE)/check browsers ## the long kill, soak and fuzz loops
	@$(BIN)/python -m pytest -m endurance --timeout=7200 $(ARGS)

clean: ## removes what the other targets made
	@rm -rf $(VENV) $(CACHE) node_modules build dist .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache
