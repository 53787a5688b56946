# What one does with a checkout: `make` lists it.

PYTHON = python3
BIN = .venv/bin
UV = .venv/.uv/bin/uv
READY = .venv/.ready
FEEDS =
DOCUMENTS =
ARGS =

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1 /p' Makefile | while read name what; do printf '  make %-12s %s\n' "$$name" "$$what"; done

setup: $(READY) ## install what is locked into .venv

run: $(READY) ## run the whole line here: make run FEEDS=my.opml; without FEEDS on sample titles
	@$(BIN)/wireroom run $(FEEDS)

test: $(READY) ## run the tests: make test ARGS="-k belt"
	@$(BIN)/pytest -n auto --maxprocesses 4 $(ARGS)

check: lint types imports dependencies test ## all that must hold before a commit

lint: $(READY) ## ruff
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(READY) ## mypy, strict
	$(BIN)/mypy

imports: $(READY) ## who may import whom
	$(BIN)/lint-imports

dependencies: $(READY) ## what is imported is declared, and the other way round
	$(BIN)/deptry .

bench: $(READY) ## measure speed, CPU and memory beside the library reader: make bench DOCUMENTS=folder ARGS="--feeds 200"
	@$(BIN)/python -m bench $(if $(DOCUMENTS),--documents $(DOCUMENTS)) $(ARGS)

bench-store: $(READY) ## measure the indexer over stores of many articles: make bench-store ARGS="--sizes 10000,100000"
	@$(BIN)/python -m bench.store $(ARGS)

bench-parser: $(READY) ## measure the parser beside feedparser and trafilatura: make bench-parser DOCUMENTS=folder
	@$(BIN)/python -m bench.parser $(if $(DOCUMENTS),--documents $(DOCUMENTS)) $(ARGS)

score: $(READY) ## score against ../shared/corpus: make score ARGS="feeds pages newswire fold"
	@$(BIN)/python -m bench.score $(ARGS)

env: .env ## write .env with random passwords for docker-compose; name what stands in it and is no setting
	@$(PYTHON) -c 'import difflib, re; \
		known = re.findall(r"(?m)^(?:# )?(WIREROOM_\w+)=", open(".env.example").read()); \
		wrong = [name for name in re.findall(r"(?m)^\s*(WIREROOM_\w+)\s*=", open(".env").read()) if name not in known]; \
		near = {name: difflib.get_close_matches(name, known, 1, 0.8) for name in wrong}; \
		print(end="".join(f".env: {name} is no setting" + (f": {meant[0]} may be meant.\n" if meant else ".\n") for name, meant in near.items()))'

compose: ## prove the stack with Docker: starts, scales, keeps its services apart, survives a flush
	@tests/compose/prove.sh

clean: ## remove .venv and what tools left; keeps .wireroom and .env
	rm -rf .venv dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.env: | .env.example
	@umask 077; $(PYTHON) -c 'import re, secrets; text = open(".env.example").read(); print(re.sub("(?m)^(.*_PASSWORD=)$$", lambda match: match[1] + secrets.token_hex(24), text), end="")' >.env
	@echo 'wrote .env'

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'Wireroom needs Python 3.11 or newer: make setup PYTHON=/path/to/python3.11' >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' \
		|| { echo 'this Python cannot make virtual environments: install python3-venv' >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --target .venv/.uv uv

$(READY): $(UV) pyproject.toml uv.lock
	UV_PYTHON_DOWNLOADS=never UV_COMPILE_BYTECODE=1 $(UV) sync --frozen --python $(BIN)/python
	@touch $(READY)

.PHONY: help setup run test check lint types imports dependencies bench bench-store bench-parser score env compose clean
