# Two commands on a fresh machine: `make serve` and `make test`. Everything lives in .venv; nothing else is touched.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
PIP     = $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: serve test lint unit browser bench bench-batch chaos-batch load chaos fuzz fuzz-api clean

serve: $(VENV)/.serve
	@echo "starting the service; Ctrl-C ends it"
	@$(BIN)/quickclaim serve

test: $(VENV)/.test lint unit

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(VENV)/.test
	$(BIN)/python -m pytest -n auto --dist worksteal

# The pages in Debian's Chromium, in every size, language and scheme. Pictures are in build/browser.
browser: $(VENV)/.test
	QUICKCLAIM_TEST_BROWSER=required QUICKCLAIM_BROWSER=all $(BIN)/python -m pytest tests/browser --timeout 0

bench: $(VENV)/.test
	$(BIN)/python tests/benchmarks/bench.py --out build/bench.json

# Re-scoring against the bare network, from 100 to 20,000 cases; about an hour. BATCH="--short" for a minute.
bench-batch: $(VENV)/.test
	PYTHONPATH=tests/support $(BIN)/python tests/benchmarks/bench_batch.py --out build/bench-batch.json $(BATCH)

# Two hundred kills over 2,000 cases, twenty minutes; BATCH="--kills 8 --cases 100" for a few.
chaos-batch: $(VENV)/.test
	PYTHONPATH=tests/support $(BIN)/python tests/benchmarks/chaos_batch.py --out build/chaos-batch.json $(BATCH)

# Five minutes at 1.5 times the capacity; LOAD="--database postgresql://…" or "--phone" for other photos.
load: $(VENV)/.test
	PYTHONPATH=tests/support $(BIN)/python tests/benchmarks/load.py --out build/load.json $(LOAD)

# A thousand times kill -9 on each database. PostgreSQL is started from Debian's packages.
chaos: $(VENV)/.test
	rm -f build/chaos.json
	QUICKCLAIM_CHAOS=1000 QUICKCLAIM_CHAOS_OUT=build/chaos.json $(BIN)/python -m pytest tests/integration/service/chaos --timeout 0

fuzz-api: $(VENV)/.test
	QUICKCLAIM_FUZZ_EXAMPLES=300 QUICKCLAIM_FUZZ_API_OUT=build/fuzz-api.json $(BIN)/python -m pytest tests/fuzz_api --timeout 0

fuzz: $(VENV)/.test
	QUICKCLAIM_FUZZ_EXAMPLES=30000 $(BIN)/python -m pytest tests/fuzz --timeout 0

clean:
	rm -rf $(VENV) build

$(VENV)/bin/python:
	@echo "creating $(VENV) with $(PYTHON)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.serve: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "installing QuickClaim into $(VENV); the first time takes minutes"
	@$(PIP) --editable .
	@touch $@

$(VENV)/.test: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "installing QuickClaim and what its tests need into $(VENV); the first time takes minutes"
	@$(PIP) --editable '.[dev,train]'
	@touch $@ $(VENV)/.serve
