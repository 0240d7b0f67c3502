# Every target sets up what it needs: a private environment in .venv, from Python 3.11+ alone.
PYTHON ?= python3
PY := .venv/bin/python

.PHONY: setup demo test check format measure proof docs clean

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

# Long sequences of calls, which add nothing to the coverage: they run beside the rest.
LONG := tests/consent/test_consent_holds.py tests/consent/test_never_twice.py tests/test_canaries.py \
	tests/cli/test_canaries.py

test: check
	@log=$$(mktemp); $(PY) -m pytest -p no:cacheprovider $(LONG) >$$log 2>&1 & beside=$$!; \
	$(PY) -m pytest --cov --cov-report=term $(addprefix --ignore=,$(LONG)); main=$$?; \
	wait $$beside; other=$$?; cat $$log; rm -f $$log; exit $$((main + other))

proof: setup
	@PENTAD_PROOF=1 $(PY) -m pytest

measure: setup
	@$(PY) -m benchmarks.measure

docs: setup
	@$(PY) -m tests.generated --write

format: setup
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

clean:
	rm -rf .venv dist .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis
