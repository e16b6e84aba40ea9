# Two commands do all set-up on a fresh machine: `make run` and `make test`. The others are for contributors.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test test-servers test-dnssec test-differential fuzz check lint suite packages bench bench-probes bench-signing bench-scale test-native test-simulation bench-steering bench-simulation clean

run: $(VENV)/.run  ## a small mail estate, its configuration and the server, telling a story
	@$(BIN)/gslb demo

test: check packages suite  ## lint, types, import contracts, Debian packages that tests need, the suite

check: $(VENV)/.dev  ## lint, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

packages:
	@sh tests/packages.sh

suite: $(VENV)/.dev  ## the suite with branch coverage: 100 % for the pure core, 90 % elsewhere
	@rm -f .coverage .coverage.*
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder --cov --cov-report= --durations=10
	$(BIN)/python tests/coverage_gate.py

test-servers: $(VENV)/.dev packages  ## against servers that cannot be installed together: Exim, postscreen, proxies
	@sh tests/packages_apart.sh
	$(BIN)/pytest tests/servers_apart

test-dnssec: $(VENV)/.dev packages  ## signed zones below a signed root: four resolvers, tools, a minute of key rolls (root, or unshare -rn)
	@sh tests/packages_dnssec.sh
	$(BIN)/pytest tests/compliance

test-native: $(VENV)/.dev  ## the fast path of workers under sanitizers, with odd packets and broken tables
	$(BIN)/python tests/native/fuzz.py

test-simulation: $(VENV)/.dev packages  ## a recorded run beside its prediction, and 2,000 lookups behind unbound and BIND
	$(BIN)/pytest -s tests/recorded
	LOOKUPS=2000 $(BIN)/pytest tests/system/test_weights_behind_resolvers.py

bench: $(VENV)/.dev  ## CPU per query of the running server, beside the peers that are installed
	$(BIN)/python tests/bench/bench.py

bench-probes: $(VENV)/.dev  ## what probing costs: 10,000 targets, 500 that hang, beside prometheus-blackbox-exporter
	$(BIN)/python tests/bench/bench_probes.py

bench-signing: $(VENV)/.dev  ## 1,000 services of 4 members signed from cold on one core, and one member's change until it is served
	$(BIN)/python tests/bench/bench_signing.py

bench-scale: $(VENV)/.dev  ## start, memory, queries, a verdict's way and flapping with 10,000 and 100,000 services (SERVICES=)
	$(BIN)/python tests/bench/bench_scale.py --services $(or $(SERVICES),10000 100000)

bench-steering: $(VENV)/.dev  ## deciding and building: one service's change, and everything anew, at 10,000 services
	$(BIN)/python tests/bench/bench_steering.py

bench-simulation: $(VENV)/.dev  ## demand of 100,000 resolvers for 10,000 services
	$(BIN)/python tests/bench/bench_simulation.py

test-differential: $(VENV)/.dev  ## 100,000 generated questions, answered as NSD and Knot answer them (apt install nsd knot)
	$(BIN)/python tests/differential/run.py --count $(or $(COUNT),100000) --seed $(or $(SEED),1)

fuzz: $(VENV)/.fuzz  ## atheris on the query parser and the responder, 10 minutes (FUZZ_SECONDS=600); the corpus is kept
	$(BIN)/python tests/fuzz/run.py --seconds $(or $(FUZZ_SECONDS),600)

$(VENV)/bin/python:
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml | $(VENV)/bin/python
	@echo "setting up $(VENV) …"
	@$(BIN)/pip install -q -e .
	@touch $@

$(VENV)/.fuzz: pyproject.toml | $(VENV)/.dev
	@$(BIN)/pip install -q -e '.[fuzz]' || echo "atheris cannot be installed here: a plain mutator will do its work"
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/bin/python
	@echo "setting up $(VENV) with the tools of the suite …"
	@$(BIN)/pip install -q -e '.[dev]'
	@touch $@ $(VENV)/.run

clean:
	rm -rf $(VENV) build dist *.egg-info .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis
