# The commands of the portal. `make` alone explains them.

PY := .venv/bin/python
OXFMT := .venv/bin/oxfmt
DJANGOFMT := .venv/bin/djangofmt --quiet
PORT ?= 8000
JOBS ?= 3
ARGS ?=

# Values that only have to be well formed: the production settings are checked, nothing is connected to.
PRODUCTION := env -u DEBUG -u DEMO SECRET_KEY=$$(printf 'checked-%.0s' 1 2 3 4 5 6 7 8) PORTAL_ADDRESS=https://portal.example \
	EMAIL_URL=smtps://user:password@mail.example DATABASE_URL=postgresql://portal@/portal \
	CHECKPOINT_KEY=$(CURDIR)/Makefile CHECKPOINT_MAIL=archives@portal.example

.PHONY: help demo test test-fast coverage mutants lines lint run bench format lock clean

help: ## explain these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

demo: ## the 2017 consultation in one go, served on 127.0.0.1:8000 (SERVE=0 stops before serving; PORT=8001)
	@ncm_portal/local/prepare.sh demo
	@PORT=$(PORT) ncm_portal/local/demo.sh

test: ## everything that is checked: lint, tests, browser, PDF validator (ARGS="-k word" for some)
	@ncm_portal/local/prepare.sh test
	@$(MAKE) --no-print-directory checks
	@$(PY) -m pytest -n $(JOBS) --dist worksteal -q $(ARGS)

test-fast: ## for daily work: the tests without browser, renderers, validator and long worlds (ARGS="-k word" for some)
	@ncm_portal/local/prepare.sh test
	@$(PY) -m pytest -n 2 --dist worksteal -q -m "not long" $(ARGS)

COVERAGE := var/coverage
coverage: ## lines and branches that the tests reach, child processes apart; which test reaches which line, for mutants
	@ncm_portal/local/prepare.sh test
	@mkdir -p $(COVERAGE)
	@$(PY) -m pytest -n $(JOBS) --dist worksteal -q --cov --cov-context=test --cov-report=term:skip-covered \
		--junitxml=$(COVERAGE)/durations.xml -o junit_family=xunit2 $(ARGS)

mutants: ## alter the code bit by bit and see whether a test fails; goes on where it stopped (ARGS="--only positions.text")
	@ncm_portal/local/prepare.sh test
	@test -f $(COVERAGE)/data || $(MAKE) --no-print-directory coverage
	@nice $(PY) -m tests.mutants $(ARGS)

COUNT = git ls-files -z $(1) | xargs -0 cat | grep -c '[^[:space:]]'
lines: ## lines of test for each line of code, both without blank lines; migrations and benchmarks apart
	@code=$$($(call COUNT,'consultations/*.py' 'positions/*.py' 'ncm_portal/*.py' ':!*/migrations/*')); \
	tests=$$($(call COUNT,'tests/*.py' ':!tests/benchmarks/*' ':!tests/mutants/*')); \
	awk "BEGIN { printf \"%d lines of code, %d of tests: %.2f\\n\", $$code, $$tests, $$tests / $$code }"

lint: ## style, format, types, missing migrations, deployment settings
	@ncm_portal/local/prepare.sh test
	@$(MAKE) --no-print-directory checks

.PHONY: checks
checks:
	@echo "→ Style, format"
	@$(PY) -m ruff check --quiet .
	@$(PY) -m ruff format --quiet --check .
	@$(OXFMT) --list-different static
	@$(DJANGOFMT) --check templates
	@echo "→ Types"
	@DEBUG=1 $(PY) -m mypy --no-error-summary
	@echo "→ Missing migrations"
	@DEBUG=1 $(PY) -W ignore manage.py makemigrations --check --dry-run
	@echo "→ Settings of a deployment"
	@$(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING

run: ## development server with reload on 127.0.0.1:8000, on the demo's database
	@ncm_portal/local/prepare.sh test
	@PORT=$(PORT) ncm_portal/local/demo.sh develop

bench: ## speed and memory on a PostgreSQL with its defaults, as ratios to a floor measured in the same run (SIZE=100000)
	@ncm_portal/local/prepare.sh test
	@STOCK_POSTGRES=1 RACE_ROUNDS=200 $(PY) -m pytest -q -s -o python_files='bench_*.py' tests/benchmarks tests/positions/test_races.py $(ARGS)

format: ## put the code into its format
	@$(PY) -m ruff check --fix --quiet . ; $(PY) -m ruff format --quiet . ; $(OXFMT) static >/dev/null ; $(DJANGOFMT) templates

LOCK := uv pip compile --quiet --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
	--universal --python-version 3.12 $(UPGRADE)
lock: ## write the lock files anew from pyproject.toml (needs uv; UPGRADE=--upgrade takes newer versions)
	@$(LOCK) pyproject.toml -o requirements.txt
	@$(LOCK) pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt
	@$(LOCK) --group signature -c requirements.txt -o requirements-signature.txt
	@$(LOCK) --no-deps --group embedded -o requirements-embedded.txt

clean: ## stop the demo's database; remove it, the installed packages and everything generated
	@test ! -x $(PY) || $(PY) -m ncm_portal.local.embedded_postgres stop var/postgres --throwaway
	@rm -rf .venv var .ruff_cache .mypy_cache .hypothesis
	@find . -name __pycache__ -prune -exec rm -rf {} +
