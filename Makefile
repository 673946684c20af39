# Two commands on a fresh machine with Python 3.11+, git and make:
#   make demo    watch a real bug being fixed within a complexity budget
#   make test    see the tests pass

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# Bytecode is what makes the second start quick, whatever the machine's habit is.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test lint types check gate wheel lock clean

demo: $(READY)
	@$(BIN)/python examples/demo.py

test: $(READY)
	$(BIN)/python -m pytest -q -n auto --dist worksteal

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python

check: $(READY)
	$(BIN)/pareback check --base $(or $(BASE),HEAD) --enforce $(or $(ENFORCE),budget) --budget $(or $(BUDGET),large) \
	  $(addprefix --waive ,$(WAIVE))

# The gate alone as one file that needs Python 3.11 and git, nothing installed.
gate:
	@$(PYTHON) light/pack.py dist/pareback-gate.pyz

wheel: $(READY)
	$(BIN)/python tests/wheel.py

# The environment: made once, and again when the lock or the project file changes.
$(READY): requirements.lock pyproject.toml
	@echo "pareback: making $(VENV) with $(PYTHON) (once; about a minute)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "pareback needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || { $(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null; }
	@test -x $(BIN)/uv || $(BIN)/python -m pip install -q --disable-pip-version-check uv
	@echo "pareback: installing the locked packages"
	@$(BIN)/uv pip install -q --python $(BIN)/python --compile-bytecode --require-hashes -r requirements.lock
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $(READY)

# Pin again from pyproject.toml. The lock holds versions and hashes, no addresses.
lock:
	$(BIN)/uv pip compile --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
	  --group dev pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) dist build .demo .mypy_cache .ruff_cache .pytest_cache
