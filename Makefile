# One way to do each thing. Every target sets up what it needs; the first time takes minutes, then seconds.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CACHE := .cache
ARGS ?=
MARK ?=
# Bytecode is kept, whatever the shell says: the tests start a thousand processes, each of which would compile it all.
export PYTHONDONTWRITEBYTECODE :=
# Two processes a half: a test waits for most of its time. The tests of a module stay together and share what they have started.
SHARED := -n 2 --dist loadfile --no-loadscope-reorder
QUICK := not (browser or endurance or slow or process)
UV = $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
EXTRAS := useragents postgresql redis brotli zstd serve doctor

.PHONY: help demo wheel test check lint lock newest lowest statistics blockers bench bench-against docs static translations screenshots hostile newcomer versions endurance mutants fast coverage compiled browser browser-setup clean
.DELETE_ON_ERROR:

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# Debian's Python may come without ensurepip: then the machine's own pip fills the empty venv.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("adnotice needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || { \
		$(PYTHON) -m venv --clear --without-pip $(VENV) && \
		$(PYTHON) -m pip --python $(BIN)/python install --quiet pip; }

# Locked: what is installed today is installed on any day. New versions are tried by `make newest`, the oldest that
# pyproject.toml allows by `make lowest`.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCKED = $(PIP) --require-hashes --requirement locks/$(1).txt && $(PIP) --no-deps --no-build-isolation --editable .

$(CACHE)/demo: pyproject.toml locks/demo.txt | $(BIN)/python
	@mkdir -p $(CACHE)
	@echo 'installing adnotice and what the demo needs into $(VENV)'
	@$(call LOCKED,demo)
	@touch $@

$(CACHE)/check: pyproject.toml locks/check.txt | $(BIN)/python
	@mkdir -p $(CACHE)
	@echo 'installing adnotice and what its tests need into $(VENV)'
	@$(call LOCKED,check)
	@touch $@ $(CACHE)/demo

# As it is shipped: the hot modules compiled. It needs a C compiler and Python's headers, which Debian's machines may lack.
wheel: $(CACHE)/check ## dist/: the wheel, its hot modules compiled by mypyc
	@command -v cc >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends gcc libc6-dev >/dev/null; }
	@$(BIN)/python -c 'import pathlib, sysconfig, sys; sys.exit(not pathlib.Path(sysconfig.get_path("include"), "Python.h").exists())' || { \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-dev >/dev/null; }
	@echo 'compiling adnotice into a wheel (a minute)'
	@HATCH_BUILD_HOOKS_ENABLE=1 $(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .

$(CACHE)/compiled: pyproject.toml hatch_build.py $(shell find adnotice static -type f -not -name '*.pyc') $(CACHE)/check
	@rm -rf $@ dist/*.whl
	@$(MAKE) --no-print-directory wheel
	@$(BIN)/python -m zipfile -e dist/*.whl $@
	@touch $@

$(CACHE)/bench: pyproject.toml locks/bench.txt $(CACHE)/check
	@echo 'installing the peers that adnotice is measured beside into $(VENV)'
	@$(call LOCKED,bench)
	@touch $@

# Not a file target: what could not be had last time is tried again; a complete set costs nothing.
browser-setup:
	@test $(CACHE)/browsers -nt package-lock.json -a $(CACHE)/browsers -nt tests/browser/setup.sh \
		-a $(CACHE)/browsers -nt tests/browser/prepare.mjs \
		-a $(CACHE)/browsers -nt tests/browser/safari_rules.mjs || \
		bash tests/browser/setup.sh

demo: $(CACHE)/demo ## the demo newspaper, its dashboard, and what to look at
	@$(BIN)/python demo_app.py $(ARGS)

test: $(CACHE)/check browser-setup ## every test, in real browsers with a real blocker where they can be had (ARGS="-k word"; of tables a part, ARGS=--whole: all)
	@bash tests/halves.sh $(BIN)/python $(SHARED) $(ARGS)

# ARGS="-k word" chooses among a lane's tests; a marker of one's own is added to the lane's with MARK="and slow".
fast: $(CACHE)/check ## the tests that need neither browsers nor servers nor waiting (MARK="and not inside" narrows it)
	@$(BIN)/python -m pytest -q -n auto --dist worksteal -m '$(QUICK) $(MARK)' $(ARGS)

browser: $(CACHE)/check browser-setup ## the half of the tests that drives browsers, each with each (an hour)
	@$(BIN)/python -m pytest --whole -m 'browser and not endurance $(MARK)' $(ARGS)

compiled: $(CACHE)/check $(CACHE)/compiled ## the tests of the compiled modules over their machine code, and that all are compiled
	@$(BIN)/python -m pytest --whole tests/test_compiled.py $(ARGS)

lint: $(CACHE)/check
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/mypy --python-version 3.14 # the library's types differ, and mypyc reads those of the Python that compiles

check: $(CACHE)/check ## lint, types, and every test: what CI runs; of the browsers' tables every value
	@$(MAKE) --no-print-directory --jobs=2 lint $(CACHE)/compiled
	@$(MAKE) --no-print-directory test ARGS='--durations=20 $(ARGS)'

# Beside CI, not in it: Python traces each line of ours in all thousand processes, which takes two thirds more CPU.
coverage: $(CACHE)/check ## which lines and branches the tests without browsers reach
	@$(BIN)/python -m pytest $(SHARED) -m 'not (browser or endurance)' --cov --cov-report=term-missing:skip-covered $(ARGS)

# Each in a venv of its own, made anew: what the registry has today is the point.
LANE = rm -rf $(CACHE)/$(1) && $(PYTHON) -m venv $(CACHE)/$(1) 2>/dev/null || { \
	$(PYTHON) -m venv --clear --without-pip $(CACHE)/$(1) && $(PYTHON) -m pip --python $(CACHE)/$(1)/bin/python install --quiet pip; }
IN_LANE = $(CACHE)/$(1)/bin/python -m pip install --quiet --disable-pip-version-check
UNIT := -m 'not (browser or endurance)'

newest: | $(BIN)/python ## the tests without browsers over today's newest version of everything (half an hour)
	@mkdir -p $(CACHE)
	@$(call LANE,newest)
	@echo 'installing the newest of everything into $(CACHE)/newest'
	@$(call IN_LANE,newest) --requirement locks/build.in --editable '.[check]'
	@$(CACHE)/newest/bin/python -m pytest $(UNIT) $(ARGS)

lowest: | $(BIN)/python ## the same over the lowest versions that pyproject.toml allows to those who install adnotice
	@mkdir -p $(CACHE)
	@$(call LANE,lowest)
	@echo 'installing the lowest versions into $(CACHE)/lowest'
	@$(call IN_LANE,lowest) --require-hashes --requirement locks/tools.txt
	@$(CACHE)/lowest/bin/uv pip compile --quiet --resolution lowest-direct $(foreach extra,$(EXTRAS),--extra $(extra)) pyproject.toml --output-file $(CACHE)/lowest/lowest.txt
	@$(call IN_LANE,lowest) --constraint $(CACHE)/lowest/lowest.txt --requirement locks/build.in --editable '.[check]'
	@$(CACHE)/lowest/bin/python -m pytest $(UNIT) $(ARGS)

PYTHONS ?= python3.11 python3.12 python3.13 python3.14

versions: | $(BIN)/python ## make fast, over the text and the compiled wheel, on each Python that is here (PYTHONS="python3.13 /opt/python3.14/bin/python3")
	@mkdir -p $(CACHE)
	@ARGS='$(ARGS)' bash tests/versions.sh '$(CACHE)' '$(QUICK)' $(PYTHONS)

$(CACHE)/mutants: pyproject.toml locks/mutants.txt | $(BIN)/python
	@mkdir -p $(CACHE)
	@$(call LANE,mutants)
	@$(call IN_LANE,mutants) --require-hashes --requirement locks/mutants.txt
	@$(call IN_LANE,mutants) --no-deps --no-build-isolation --editable .
	@touch $@

mutants: $(CACHE)/mutants ## what decides, changed bit by bit: fails where a change that no test notices is not listed (an hour; ARGS="adnotice.detect.verdict*")
	@rm -rf mutants
	@$(CACHE)/mutants/bin/python -m mutmut run $(ARGS)
	@$(CACHE)/mutants/bin/python -m tests.mutants

lock: | $(BIN)/python ## locks/: every version and hash anew, for Python 3.11 and later
	@$(PIP) --require-hashes --requirement locks/tools.txt
	@$(UV) locks/tools.in --output-file locks/tools.txt
	@$(UV) --extra demo pyproject.toml locks/build.in --output-file locks/demo.txt
	@$(UV) --extra check pyproject.toml locks/build.in --output-file locks/check.txt
	@$(UV) locks/docs.in --output-file locks/docs.txt
	@$(UV) --constraint locks/check.txt --extra check --extra bench pyproject.toml locks/build.in --output-file locks/bench.txt
	@$(UV) --constraint locks/check.txt --extra mutants pyproject.toml locks/build.in --output-file locks/mutants.txt

blockers: $(CACHE)/check browser-setup ## real blockers x verdicts, beside the npm detectors; writes docs/accuracy.md
	@$(BIN)/python -m bench.blockers $(ARGS)

statistics: $(CACHE)/check ## what the figures' rules do on simulated sites: coverage, false alarms, power (half an hour; ARGS=--quick)
	@$(BIN)/python -m bench.statistics $(ARGS)

# From the folder of the compiled wheel, so that it is this adnotice, and no other, that all processes import.
bench: $(CACHE)/bench $(CACHE)/compiled ## what adnotice costs, and its peers, as ratios of one run (ARGS=part)
	@cd $(CACHE)/compiled && PYTHONPATH='$(CURDIR)' '$(CURDIR)/$(BIN)/python' -m bench $(ARGS)

bench-against: $(CACHE)/bench $(CACHE)/compiled ## this commit's bench beside an older one's, in turns (OLD=commit; ARGS="detect --rounds 9")
	@test -n '$(OLD)' || { echo 'say which commit: make bench-against OLD=54edcfd' >&2; exit 2; }
	@test -e $(CACHE)/old/$(OLD)/.cache/compiled || { \
		rm -rf $(CACHE)/old/$(OLD) && mkdir -p $(CACHE)/old/$(OLD) && \
		git archive $(OLD) | tar -x -C $(CACHE)/old/$(OLD) && cd $(CACHE)/old/$(OLD) && \
		echo 'compiling $(OLD) into a wheel (a minute)' && \
		HATCH_BUILD_HOOKS_ENABLE=1 '$(CURDIR)/$(BIN)/python' -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist . && \
		'$(CURDIR)/$(BIN)/python' -m zipfile -e dist/*.whl .cache/compiled; }
	@$(BIN)/python -m bench.against $(CACHE)/old/$(OLD) . $(ARGS)

static: $(CACHE)/check browser-setup ## what browsers get, built from static/src (the one target that needs Node.js to change what is shipped)
	@$(BIN)/python -m adnotice.contract >$(CACHE)/contract.js
	@cp $(CACHE)/contract.js static/src/contract.js
	@node static/build.mjs

screenshots: $(CACHE)/check browser-setup ## docs/images: notice and dashboard, from the demo; .cache/screenshots: each situation; .cache/gallery: the notice, everywhere
	@$(BIN)/python -m tests.browser.screenshots $(ARGS)

# With what is shipped, and in nothing of ours but that: an empty HOME, a cold cache of pip's.
newcomer: $(CACHE)/compiled browser-setup ## docs/start followed to the letter, to a counted blocker; writes docs/start.md (ARGS="flask", ARGS="--each-line flask")
	@$(BIN)/python -m tests.newcomer dist/*.whl $(ARGS)

# The site's tools are in an environment of their own: nothing else needs them.
docs: $(CACHE)/check $(CACHE)/docs ## the generated parts of docs/, and the documentation as a site in .cache/site
	@$(BIN)/python -m docs.generate $(ARGS)
	@$(CACHE)/docs/bin/python -m sphinx --builder html --fail-on-warning --keep-going --nitpicky --quiet docs $(CACHE)/site
	@echo 'open $(CACHE)/site/index.html'

$(CACHE)/docs: locks/docs.txt | $(BIN)/python
	@mkdir -p $(CACHE)
	@$(call LANE,docs)
	@echo 'installing Sphinx, MyST and furo into $(CACHE)/docs'
	@$(call IN_LANE,docs) --require-hashes --requirement locks/docs.txt
	@touch $@

translations: $(CACHE)/check ## the template for translators, every PO file brought to it, and the compiled catalogues (ARGS=fi begins one)
	@$(BIN)/python -m translations $(ARGS)

# Both builds side by side: each takes its attacks one by one, and what is attacked mostly waits.
hostile: $(CACHE)/check $(CACHE)/compiled ## every attack on every server, plain and compiled, as one table (ARGS="-k nginx")
	@bash tests/hostile/both_builds.sh $(BIN)/python $(CACHE)/compiled $(ARGS)

endurance: $(CACHE)/check browser-setup ## the long kill, soak and fuzz loops
	@$(BIN)/python -m pytest -m endurance --timeout=7200 $(ARGS)

clean: ## removes what the other targets made
	@rm -rf $(VENV) $(CACHE) node_modules build dist .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache
