# The commands of a day. `make demo` and `make test` are all a newcomer needs.
PYTHON ?= python3
BIN := .venv/bin
ALL := $(sort $(wildcard tests/test_*.py))

# What speaks to the core alone; its branches are covered by these. The rest runs without counting.
CORE := $(foreach part,\
	calendar check counsel desk doing editing_% entries facts glass hours joining life measure notices outcome presence \
	proof request route routes routing scenarios situation snippets team telling times tour \
	translation turn typed understand_% values visible visitor walk webward wishes words,$(filter tests/test_$(part).py,$(ALL)))

# What needs more than Python: Debian's browser, Java and npm for the W3C's checker of HTML, nginx.
BROWSER := $(foreach part,browser curl gallery proxy,tests/test_web_$(part).py)
VNU := vnu-jar@26.9.27
DEBIAN := chromium:chromium dot:graphviz java:default-jre-headless npm:npm nginx:nginx-light curl:curl
LACKING = PATH="$$PATH:/usr/sbin"; for each in $(DEBIAN); do command -v $${each%%:*} >/dev/null || echo $${each\#*:}; done

# Each of these starts the program itself, many times.
COMMANDS := $(foreach part,whole reload proposals translating_cli,tests/test_$(part).py)

.PHONY: demo test one two core debian vnu format screenshots bench soak audit clean

demo: .venv/run
	@$(BIN)/lotse demo

test: .venv/dev debian vnu
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/lotse check
	$(MAKE) --no-print-directory --jobs=2 --output-sync=target one two
	@lacking=$$($(LACKING)); test -z "$$lacking" || { \
		echo "Alles andere ist geprüft. Es fehlt noch: apt-get install" $$lacking; exit 3; }
	$(BIN)/pytest $(BROWSER)

# Side by side, one for each core of a small machine, about equally long.
one: core
	$(BIN)/pytest $(COMMANDS)

two: .venv/dev
	$(BIN)/pytest $(filter-out $(CORE) $(COMMANDS) $(BROWSER),$(ALL))

core: .venv/dev
	$(BIN)/coverage run -m pytest $(CORE)
	$(BIN)/coverage report --fail-under=100 --skip-covered

# From Debian, where we may install something; without these `test` ends with exit 3.
debian:
	@lacking=$$($(LACKING)); test -z "$$lacking" -o "$$(id -u)" != 0 || { \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -qq --no-install-recommends $$lacking; }

vnu: .venv/dev debian
	@! command -v npm >/dev/null || test -e .venv/vnu/node_modules/vnu-jar || \
		npm install --silent --no-audit --no-fund --prefix .venv/vnu $(VNU)

format: .venv/dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The pictures of the README, taken of the real pages.
screenshots: .venv/dev
	PYTHONPATH=tests $(BIN)/python -m web.screenshots

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
