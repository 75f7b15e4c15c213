# Needs Python 3.11 or newer with venv, and make. Everything else is fetched into ignored folders.
PYTHON ?= python3
PORT ?= 8000
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
TOOLS := .tools
RUN := .venv/bin/
PYTEST = $(RUN)python -m pytest -p no:cacheprovider
IN_PARALLEL = -n $(JOBS) --dist worksteal

export PORT
# A certificate authority named for pip is meant for uv too.
ifdef PIP_CERT
export SSL_CERT_FILE ?= $(PIP_CERT)
endif
unexport VIRTUAL_ENV
# A portal is several processes of the same code: what the first compiles, the others read (2.4 s of each start).
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help up test test-services journeys check messages bench bench-similarity clean soak

help: ## Say what can be made.
	@echo "Benigna. make …"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' Makefile | while IFS='|' read -r name text; do printf '  %-15s %s\n' "$$name" "$$text"; done

up: .venv/.locked ## Start the portal: PORT (8000), BENIGNA_DATA_DIR (.benigna), Ctrl-C ends it.
	@exec $(RUN)python manage.py up

test: .venv/.locked ## Test everything that needs no server and no browser, with a real worker on the embedded default.
	@env -u DATABASE_URL -u CELERY_BROKER_URL $(PYTEST) $(IN_PARALLEL) -q --ignore=tests/services --ignore=tests/journeys tests

test-services: .venv/.locked ## Repeat what touches database, broker or search on PostgreSQL and RabbitMQ (started here unless given).
	@tests/services/with-servers $(PYTEST) $(IN_PARALLEL) -q -m services --ignore=tests/journeys tests

journeys: .venv/.locked ## Drive the portal in Chromium (CHROMIUM names the binary).
	@env -u DATABASE_URL -u CELERY_BROKER_URL $(PYTEST) -q tests/journeys

check: .venv/.locked ## Lint, format, floors, types, templates, deployment settings, migrations, texts (gettext), API schema.
	@sh .ci/check

messages: .venv/.locked ## Take new texts into the Polish catalogue and compile it (docs/translating.md); needs gettext.
	@.ci/messages

bench: .venv/.locked ## Measure start, idle share, page weight and answer times on a portal of its own; print a table.
	@$(RUN)python -m tests.bench

bench-similarity: .venv/.locked ## Measure the similarity index beside FPSim2 over a million fingerprints (≤ 15 min); write bench.json.
	@uv=$$(command -v uv || echo $(TOOLS)/bin/uv); UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=.venv UV_LINK_MODE=copy \
		"$$uv" sync --frozen --quiet --inexact --group bench --python "$$(command -v $(PYTHON))"
	@$(RUN)python -m tests.bench.similarity
soak: .venv/.locked ## Send hostile structures by the thousand to a portal of its own (SOAK_COUNT=2000, SOAK_SEED=1).
	@env -u DATABASE_URL -u CELERY_BROKER_URL $(RUN)python -m tests.soak

clean: ## Remove the environment and the tools; data stay.
	rm -rf .venv $(TOOLS) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# The environment is exactly what uv.lock says. No Python is downloaded: it is the one that was found.
.venv/.locked: uv.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name one with PYTHON=…"; exit 1; }
	@command -v uv >/dev/null || test -x $(TOOLS)/bin/uv || { \
		echo "Fetching uv from PyPI into $(TOOLS) …"; \
		$(PYTHON) -m venv $(TOOLS) || { echo "Python's venv is needed (Debian: apt install python3-venv)."; exit 1; }; \
		$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.8,<1'; }
	@echo "Installing the locked environment into .venv …"
	@uv=$$(command -v uv || echo $(TOOLS)/bin/uv); \
		UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=.venv UV_LINK_MODE=copy \
		"$$uv" sync --frozen --quiet --python "$$(command -v $(PYTHON))"
	@touch $@
