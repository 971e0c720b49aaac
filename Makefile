# make run: install and simulate the history that the README shows. make test: install and test.
# Everything is installed into .venv; PYTHON names the interpreter that makes it (3.11 or later).

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HISTORY := history-2014-2018
OUT := results/$(HISTORY)
PUBLISHED := results/published
ANSWERS := results/answers
REPLICATES ?= 20
WORKERS ?= 2
RECOVERIES ?= 200
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install -c constraints.txt

.DEFAULT_GOAL := help
.PHONY: help run test lint bench answers library studies fits docs figures published clean

help:
	@echo "make run        install, simulate $(HISTORY) three times, write tables and figures to $(OUT)"
	@echo "make test       install with the development tools, run every test"
	@echo "make lint       style, types and the one-way imports"
	@echo "make answers    the first three policy questions, $(REPLICATES) paired replicates each"
	@echo "make library    every scenario of the library beside its history, and its pages in docs/library (half an hour)"
	@echo "make studies    the three studies of docs/studies (half an hour)"
	@echo "make fits       fit the unknowns to reported counts, and docs/fit.md (one to four hours)"
	@echo "make figures    draw the figures of $(OUT) again"
	@echo "make bench      speed against plain numpy and Mesa agents, on this machine"
	@echo "make docs       write docs/parameters.md anew from the world"
	@echo "make published  copy the tables and figures that README and docs show into results/published"
	@echo "make clean      remove .venv, caches and builds (results stay)"

# A stamp file per set of requirements: nothing is installed twice.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "darien needs Python 3.11 or later; $(PYTHON) is older. Try: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) --editable .
	@touch $@

$(VENV)/installed-dev: pyproject.toml constraints.txt | $(VENV)/installed
	$(PIP) --editable '.[dev]'
	@touch $(VENV)/installed $@

run: $(VENV)/installed
	$(BIN)/darien run $(HISTORY) --replicates 3 --out $(OUT)
	@echo "Look at $(OUT)/figures/, then at outcomes.csv (README.md says what the answer means)."

test: $(VENV)/installed-dev
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/installed
	$(BIN)/python benchmarks/bench.py

answers: $(VENV)/installed
	$(BIN)/darien compare scenarios/comparisons/answers.yaml --replicates $(REPLICATES) \
		--workers $(WORKERS) --out $(ANSWERS)

library: $(VENV)/installed
	for years in 2014-2018 2018-2023; do \
		$(BIN)/darien compare scenarios/comparisons/library-$$years.yaml --workers $(WORKERS) \
			--out results/library-$$years || exit 1; \
	done
	$(BIN)/python -m darien.report.library_pages results/library-2014-2018 results/library-2018-2023

# Runs that are done are kept in results/calibrate-NAME: stopped and started again, it goes on.
fits: $(VENV)/installed-dev
	$(BIN)/darien calibrate 2014-2018 --workers $(WORKERS) --recover $(RECOVERIES) --hold-out --shocks \
		--out results/calibrate-2014-2018
	$(BIN)/darien calibrate 2018-2023 --workers $(WORKERS) --hold-out --shocks \
		--out results/calibrate-2018-2023
	$(BIN)/python -m darien.calibrate.fit_page results/calibrate-2014-2018 results/calibrate-2018-2023

# A comparison file each, and its page in docs/studies.
studies: $(VENV)/installed
	for name in detention-panama training debate; do \
		$(BIN)/darien compare scenarios/comparisons/study-$$name.yaml --workers $(WORKERS) \
			--out results/study-$$name || exit 1; \
	done
	$(BIN)/python -m darien.report.study_pages results/study-detention-panama results/study-training \
		results/study-debate

figures: $(VENV)/installed
	$(BIN)/python -c 'from pathlib import Path; from darien.report.figures import draw; print(*draw(Path("$(OUT)")), sep="\n")'

docs: $(VENV)/installed
	$(BIN)/python -m darien.report.parameter_table > docs/parameters.md.new
	@mv docs/parameters.md.new docs/parameters.md && echo "docs/parameters.md"

published: run
	@mkdir -p $(PUBLISHED)/$(HISTORY)
	cp $(OUT)/manifest.json $(OUT)/outcomes.csv $(OUT)/figures/*.png $(PUBLISHED)/$(HISTORY)/
	@if [ -f $(ANSWERS)/comparison.txt ]; then \
		mkdir -p $(PUBLISHED)/answers && \
		cp $(ANSWERS)/manifest.json $(ANSWERS)/comparison.txt $(PUBLISHED)/answers/ && \
		echo "$(PUBLISHED)/answers"; \
	else echo "no $(ANSWERS): make answers first, if they are to be published too"; fi

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
