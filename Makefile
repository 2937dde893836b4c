# Two commands on a fresh machine: `make serve` and `make test`. Everything lives in .venv; nothing else is touched.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
PIP     = $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: serve test lint unit bench fuzz clean

serve: $(VENV)/.serve
	$(BIN)/quickclaim serve

test: $(VENV)/.test lint unit

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(VENV)/.test
	$(BIN)/python -m pytest

bench: $(VENV)/.test
	$(BIN)/python tests/benchmarks/bench.py --out build/bench.json

fuzz: $(VENV)/.test
	QUICKCLAIM_FUZZ_EXAMPLES=30000 $(BIN)/python -m pytest tests/fuzz --timeout 0

clean:
	rm -rf $(VENV) build

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.serve: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) --editable .
	touch $@

$(VENV)/.test: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) --editable '.[dev,train]'
	touch $@ $(VENV)/.serve
