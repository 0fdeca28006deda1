# `make` alone lists the targets; the words after ## are what it says.
# Every path is relative: GNU make cannot name files whose paths have spaces.

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run stop test check bench soak clean
SHELL := /bin/sh
PYTHON3 ?= python3
PY := .venv/bin/python

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

setup:  ## virtual environment, packages, inference engine, front end
	@$(PYTHON3) -m appliance.ops.bootstrap

setup-dev:
	@$(PYTHON3) -m appliance.ops.bootstrap --dev

run: setup  ## everything above, then the box: address and first sign-in are printed; Ctrl-C stops it
	@exec $(PY) -m appliance.ops.supervisor

stop:  ## end the box that runs from here (or from STRONGROOM_VAR)
	@if [ -x $(PY) ]; then exec $(PY) -m appliance.ops.supervisor --stop; fi

test: setup-dev  ## set-up and the whole test suite
	@$(PY) -m pytest

check: setup-dev  ## style, types, layers, migrations, sizes: under a minute
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy appliance models compliance audit
	@$(PY) -c "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
	@$(PY) manage.py makemigrations --check --dry-run
	@$(PY) -m pytest -q tests/house/test_sizes.py

bench: setup-dev  ## measured figures, each beside its reference
	@$(PY) manage.py bench path

soak: setup-dev  ## hours of kills and loads
	@$(PY) -m pytest -m soak --override-ini addopts="-p tests.installation" tests

clean:  ## remove what set-up made (not var/, which holds the bank)
	rm -rf .venv build appliance/web/node_modules appliance/web/static/vendor
	find appliance/locale -name '*.mo' -delete 2>/dev/null || true
