# Every target sets up what it needs: a private environment in .venv, from Python 3.11+ alone.
PYTHON ?= python3
PY := .venv/bin/python

.PHONY: setup demo test check format proof soak conformance measure scorecard docs clean

setup: .venv/ready

.venv/ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Pentad needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-virtualenv "pip>=25.1"
	@$(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --group dev --editable .
	@touch $@

demo: setup
	@.venv/bin/pentad demo

check: setup
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@$(PY) -m basedpyright
	@$(PY) -m tests.advisories

test: check
	@$(PY) -m pytest -n auto --dist worksteal --cov --cov-report=term

proof: setup
	@PENTAD_PROOF=1 $(PY) -m pytest -n auto --dist worksteal

soak: setup
	@$(PY) -m benchmarks.soak --write

conformance: setup
	@$(PY) -m tests.conformance

# Prints what `make scorecard` writes down; SECTIONS="costs tasks" measures these alone.
measure: setup
	@$(PY) -m benchmarks.peers
	@$(PY) -m benchmarks.scorecard $(SECTIONS)

scorecard: setup
	@$(PY) -m benchmarks.peers
	@$(PY) -m benchmarks.scorecard --write

docs: setup
	@$(PY) -m tests.generated --write

format: setup
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

clean:
	rm -rf .venv .venv-peers .conformance dist .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis
