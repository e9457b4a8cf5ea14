# Everything here needs only Python 3.11+, git and make; programs and libraries are installed into .venv.
PYTHON ?= python3
BIN := .venv/bin
# Set by many images; then each of the programs that tests start would compile all anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test slow check bench fixtures clean

demo: .venv/installed
	$(BIN)/papra-index demo

test: .venv/tested
	$(BIN)/python -m pytest -n 3 --dist loadfile -m "not slow"

slow: .venv/shown
	$(BIN)/python -m pytest -n 3 --dist worksteal -m slow

check: .venv/checked
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

bench: .venv/compared
	$(BIN)/python -m benchmarks

fixtures: .venv/checked
	$(BIN)/python -m pip install --quiet --group fixtures
	$(BIN)/python fixtures/make_fixtures.py

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

.venv/tested: .venv/installed
	$(BIN)/python -m pip install --quiet --group test
	touch $@

.venv/shown: .venv/tested
	$(BIN)/python -m pip install --quiet --group examples
	touch $@

.venv/compared: .venv/tested
	$(BIN)/python -m pip install --quiet --group peers --group rankers
	touch $@

.venv/checked: .venv/tested
	$(BIN)/python -m pip install --quiet --group check
	touch $@

clean:
	rm -rf .venv demo-archive
