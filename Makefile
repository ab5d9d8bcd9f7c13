# The commands of a day. `make demo` and `make test` are all a newcomer needs.
PYTHON ?= python3
BIN := .venv/bin
ALL := $(sort $(wildcard tests/test_*.py))

# What speaks to the core alone; its branches are covered by these. The rest runs without counting.
CORE := $(foreach part,walk visitor typed request desk joining turn hours facts words calendar \
	routing route proof check understand_% scenarios life,$(filter tests/test_$(part).py,$(ALL)))

.PHONY: demo test format bench soak audit clean

demo: .venv/run
	@$(BIN)/lotse demo

test: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/lotse check
	$(BIN)/coverage run -m pytest $(CORE)
	$(BIN)/coverage report --fail-under=100 --skip-covered
	$(BIN)/pytest $(filter-out $(CORE),$(ALL))

format: .venv/dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Figures against a plain python-telegram-bot echo bot, in one run on this machine.
bench: .venv/dev
	$(BIN)/python -m tests.bench

# The long numbers: 1,000 kills, long random walks, a million fuzzed updates.
soak: .venv/dev
	$(BIN)/pytest -m soak

audit: .venv/dev
	$(BIN)/pip-audit --strict --skip-editable

clean:
	rm -rf .venv build *.egg-info

.venv/run: pyproject.toml
	@test -d .venv || $(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/dev: pyproject.toml
	@test -d .venv || $(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ .venv/run
