# StrideSense. `make demo` shows it, `make test` proves it; both set up what they need in .venv first.
# A fresh machine needs Python 3.11+ and make; uv is used when it is there, plain pip otherwise.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
PEERS := .venv-peers
DATA := ../shared/data

.PHONY: help setup demo test check bench season validate peers home-assistant node-red docs contract pictures recordings clean
.DEFAULT_GOAL := help

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24

setup: $(READY)  ## make .venv with the versions of uv.lock

demo: $(READY)  ## a virtual runner holds the heel up, StrideSense notices (about half a minute)
	@$(BIN)/stridesense demo

test: $(READY)  ## every test; those of Bluetooth mostly wait, so they run beside the others
	$(BIN)/python -m pytest -q --numprocesses 2 --dist loadscope

check: $(READY)  ## lint, format, types, import directions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)  ## speed, latency and memory beside their goals, other methods as ratios (some minutes)
	@for part in startup throughput kernels frames latency ratios memory live export viewers pixels; do \
	    $(BIN)/python benchmarks/$$part.py || exit 1; \
	done

season: $(READY)  ## a thousand simulated hours through the coach: nothing forbidden happens (some minutes)
	$(BIN)/python benchmarks/season.py

validate: $(READY)  ## measure how good the detection is, write docs/accuracy.md (some minutes)
	$(BIN)/stridesense validate $(if $(wildcard $(DATA)),--data $(DATA)) --peers benchmarks/peers \
	    --output docs/accuracy.md --plot docs/images/accuracy.svg

peers: $(PEERS)/.ready  ## make .venv-peers with the packages that validate compares with

docs: $(READY)  ## build the documentation as a site in site/; whatever leads nowhere makes it fail
	@$(BIN)/python scripts/docs_site.py site

home-assistant: $(READY)  ## ask Home Assistant's own code what it makes of us (fetches its code once)
	$(BIN)/python -m pytest -q tests/integration/test_home_assistant_schemas.py

node-red: $(READY)  ## run Node-RED with our flow and a broker (fetches it once)
	$(BIN)/python -m pytest -q tests/integrations_env/try_node_red.py

contract: $(READY)  ## write the schemas of MQTT and the tables of docs/mqtt.md from the models
	$(BIN)/python scripts/contract.py docs

pictures: $(READY)  ## draw the picture of the documentation from a simulated run
	$(BIN)/python scripts/picture.py docs/images

recordings: $(READY)  ## make the recordings of the virtual runner anew
	$(BIN)/python scripts/recordings.py recordings

clean:  ## remove the environments and caches
	rm -rf .venv $(PEERS) .home-assistant site .mypy_cache .ruff_cache .pytest_cache .hypothesis .benchmarks .import_linter_cache

$(READY): pyproject.toml uv.lock scripts/pip_from_lock.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "error: $(PYTHON) is older than Python 3.11; say which one to use: make PYTHON=python3.12" >&2; exit 1; }
	@if command -v uv >/dev/null 2>&1; then \
	    uv sync --all-extras --frozen; \
	else \
	    $(PYTHON) -m venv .venv && \
	    $(PYTHON) scripts/pip_from_lock.py uv.lock .venv && \
	    $(BIN)/python -m pip install --disable-pip-version-check --quiet \
	        --constraint .venv/constraints.txt --requirement .venv/dev-requirements.txt --editable '.[broker,fast,fit,parquet]'; \
	fi
	@touch $@

$(PEERS)/.ready: benchmarks/peers/requirements.txt
	@if command -v uv >/dev/null 2>&1; then \
	    uv venv --quiet --allow-existing $(PEERS) && \
	    uv pip install --quiet --python $(PEERS) --requirement $<; \
	else \
	    $(PYTHON) -m venv $(PEERS) && \
	    $(PEERS)/bin/python -m pip install --disable-pip-version-check --quiet --requirement $<; \
	fi
	@echo '*' >$(PEERS)/.gitignore
	@touch $@
