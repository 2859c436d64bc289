# Everything here begins with `install`, which costs nothing when nothing changed.
.PHONY: help install demo test check format bench lock messages docs pictures manuals
.DEFAULT_GOAL := help

BIN := .venv/bin
PORT ?= 8000
BENCH ?=
ARGS ?=
TEMPLATES := src/collectief/web/templates

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

install: ## .venv with Python 3.13 and what requirements.lock names; fetches uv when it is missing
	@scripts/bootstrap

demo: install ## the whole portal on this machine, with a demo world; PORT=8000, Ctrl-C ends it
	@$(BIN)/collectief demo --port $(PORT)

test: install ## every test in two lanes, then the journeys on an installation for each; ARGS="-k upload" for some
	@CHROMIUM=$$(scripts/install-browser) && export CHROMIUM && \
	FIREFOX=$$(scripts/install-firefox || true) && export FIREFOX && \
	SOFFICE=$$(scripts/install-office || true) && export SOFFICE && \
	{ scripts/install-xmlsec >/dev/null || true; } && \
	$(if $(ARGS),$(BIN)/python -m pytest $(ARGS),\
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --ignore tests/journeys && \
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder tests/journeys)

check: install ## linters, formatting, types and the walls of the house
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@if [ -d $(TEMPLATES) ]; then $(BIN)/djlint --quiet --lint $(TEMPLATES); fi

format: install ## rewrite what `make check` would complain of, where a machine can
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

bench: install ## benchmarks, a JSON line each; BENCH=search for one
	@$(BIN)/python -m benchmarks $(BENCH)

messages: install ## gather the words on screen and compile their English translation
	@$(BIN)/python scripts/messages

docs: install ## draw again what the docs take from the code: state table, mutation diagram, permissions
	@$(BIN)/python scripts/state-table
	@$(BIN)/python scripts/mutation-diagram
	@$(BIN)/python scripts/permission-matrix
	@$(BIN)/python scripts/asvs-table

pictures: install ## take the pictures of the docs again
	@CHROMIUM=$$(scripts/install-browser) $(BIN)/python scripts/pictures

manuals: install ## walk the chapters of docs/manuals and take their pictures again
	@CHROMIUM=$$(scripts/install-browser) MANUALS=docs/manuals/pictures $(BIN)/python -m pytest -q tests/journeys/test_manuals.py

lock: install ## requirements.lock anew from pyproject.toml, with hashes and nobody's address
	@uv=.tools/bin/uv; [ -x $$uv ] || uv=uv; \
	$$uv pip compile --quiet --group dev --generate-hashes --no-header --no-annotate \
		--python-version 3.13 pyproject.toml -o requirements.lock
