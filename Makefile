# Every target sets up what a bare machine lacks first; `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
export PATH := $(CURDIR)/.venv/bin:$(PATH)
CORES ?= all
PORT ?= 8080
# An overlay of the config, such as config/efficientnet.yaml.
CONFIG ?=
OVERLAY = $(if $(CONFIG),--configfile $(CONFIG) --)
WATCH_CONFIG ?= config/watch.yaml
LOCKED := --quiet --generate-hashes --python-version 3.11 --no-header --no-emit-index-url --no-emit-find-links

.PHONY: help setup report serve test lint format selfcheck compare merge watch docs lock clean

help: ## List the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: ## Install the distribution's packages and the locked Python packages
	@sh envs/setup.sh

report: setup ## Run the whole job and write results/report.md and report.html
	snakemake --cores $(CORES) $(OVERLAY) report

serve: setup ## Serve the classifier on the loopback interface: a page for pictures, and a line for curl
	snakemake --cores $(CORES) $(OVERLAY) results/action.json
	@! grep --quiet '"weights": "seeded"' "$$(grep -o 'results/models/[^/]*' results/action.json | head -n 1)/model.json" || echo 'note: weights are seeded, not trained (`weights` in config/README.md): labels mean nothing' >&2
	@python -m scripts.action.serve --action results/action.json --policy snapshot --port $(PORT)

test: setup ## Run all the tests: unit, Rust, lint, and the real workflow on config/quick.yaml
	pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

lint: setup ## Run the formatters' checks and the linters
	pytest tests/test_lint.py

format: setup ## Format Python, Snakemake and Rust
	ruff check --fix --quiet .
	ruff format .
	snakefmt Snakefile workflow
	cargo fmt --manifest-path classifier/Cargo.toml --all

selfcheck: setup ## Show that the method raises no false alarms and finds a true 5 % slow-down
	snakemake --cores $(CORES) selfcheck --forcerun selfcheck
	@cat results/selfcheck.md
	@grep --quiet '^# Self-check: PASSED' results/selfcheck.md || { sed -n '1s/^# /error: /p' results/selfcheck.md >&2; exit 1; }

compare: setup ## Compare two results folders: make compare A=results-old B=results
	@test -n "$(A)" -a -n "$(B)" || { echo "error: type make compare A=FOLDER B=FOLDER" >&2; exit 1; }
	@python -m scripts.report.compare "$(A)" "$(B)"

merge: setup ## Results of several machines as one report: make merge RUNS="a b c"
	@test -n "$(RUNS)" || { echo 'error: type make merge RUNS="FOLDER FOLDER ..."' >&2; exit 1; }
	@python -m scripts.report.merge $(RUNS)

watch: setup ## Compare two versions of an engine: make watch BASE=wasmtime CANDIDATE=wasmtime@FILE (or @VERSION)
	@test -n "$(BASE)" -a -n "$(CANDIDATE)" || { echo "error: type make watch BASE=ENGINE CANDIDATE=ENGINE@FILE" >&2; exit 1; }
	snakemake --cores $(CORES) --configfile $(WATCH_CONFIG) --config watch='{base: "$(BASE)", candidate: "$(CANDIDATE)"}' -- watch
	@python -m scripts.watch.tell

docs: setup ## Draw the rules anew, docs/rulegraph.svg (needs graphviz)
	snakemake --rulegraph dot --forceall --quiet --config 'compare={benchmarks: [cold_start]}' -- all \
		| tred | dot -Tsvg > docs/rulegraph.svg

lock: ## Lock envs/requirements.in and those of clusters anew (needs uv on PATH)
	uv pip compile $(LOCKED) envs/requirements.in --output-file envs/requirements.txt
	for cluster in slurm kubernetes; do \
		uv pip compile $(LOCKED) envs/requirements-$$cluster.in --constraints envs/requirements.txt \
			--output-file envs/requirements-$$cluster.txt; \
	done

clean: ## Remove the results and Snakemake's records; the cache outside the checkout stays
	rm -rf .snakemake
	find results -mindepth 1 -not -name README.md -delete
