# make release   build edition 2024 on the embedded data      make test   everything CI runs
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EDITION ?= 2024
CHANGES ?= 20000

.PHONY: release test fuzz bench demo clean

$(VENV)/.release: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[report]"
	touch $@

$(VENV)/.test: $(VENV)/.release
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	touch $@

release: $(VENV)/.release
	$(BIN)/oqhs release $(EDITION)

test: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n auto --dist loadfile

fuzz: $(VENV)/.test
	OQHS_FUZZ=$(CHANGES) $(BIN)/python -m pytest tests/fuzz

$(VENV)/.bench: $(VENV)/.test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[bench]"
	touch $@

bench: $(VENV)/.bench
	$(BIN)/python benchmarks/bench_reading.py
	$(BIN)/python benchmarks/bench_crosswalk.py --write
	$(BIN)/python benchmarks/bench_space.py --write
	$(BIN)/python benchmarks/simulate_uncertainty.py --write
	$(BIN)/python benchmarks/bench_secrecy.py --write

demo: $(VENV)/.release
	$(BIN)/oqhs demo data

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
