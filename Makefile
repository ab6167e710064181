# Two commands: `make run` and `make test`. Everything else serves them.

.PHONY: help run test setup setup-dev check bench messages lock clean
.DEFAULT_GOAL := help

PYTHON ?=
BIN := .venv/bin
export PORT PYTHON
# Every command starts several processes, and each would compile the same sources anew.
unexport PYTHONDONTWRITEBYTECODE

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

run: setup ## the demonstration city, at http://localhost:8000/ (PORT= moves it)
	@$(BIN)/python scripts/run.py

test: setup-dev ## everything: lint, types, floors, PostgreSQL, SQLite, browser
	@$(BIN)/python scripts/check.py all

check: setup-dev ## lint, types, floors, migrations, translations
	@$(BIN)/python scripts/check.py lint

setup: ## .venv with what running needs
	@python=$$(scripts/find-python) && "$$python" scripts/environment.py run

setup-dev: ## .venv with what tests and tools need as well
	@python=$$(scripts/find-python) && "$$python" scripts/environment.py dev

bench: setup-dev ## measures, one JSON object a line (ONLY=name for one)
	@$(BIN)/python -m bench $(ONLY)

messages: setup-dev ## brings locale/ to what the sources say
	@$(BIN)/python scripts/catalogues.py update

lock: ## writes the lock files from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --output-file requirements.lock $(LOCK)
	uv pip compile pyproject.toml --group dev --output-file requirements-dev.lock $(LOCK)
LOCK := --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11

clean: ## removes the environment and what tools have kept; var/ stays
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
