## Longline
##
##   make crawl URL=https://example.com [ARGS="-a max_pages=50"]
##                      crawl a site; sets up first where that is needed
##   make test          every check that CI runs
##   make web           a small misbehaving web, and proxies that misbehave, to try settings against:
##                      http://127.0.0.1:8900/
##   make chaos [ARGS="--seeds 20 --seed 7"]
##                      crawls that are disturbed at random must end as an undisturbed one
##   make bench         Longline beside plain Scrapy, timed: see benchmarks/README.md
##   make env-example   write .env.example again, after a change to schemas/environment.py
##   make lock          pin the requirements again, after a change to pyproject.toml;
##                      with ARGS=--upgrade each at its newest version
##
##   PYTHON=python3.12  names the Python (3.11 or newer) that .venv is made with
##
## make says 2 where a crawl ends with 1; its last line has the crawl's own status.
## Where that counts, as in cron, run: .venv/bin/python -m scrapy crawl site -a url=…

MAKEFLAGS += --no-print-directory
.SILENT:
.DEFAULT_GOAL := help
.PHONY: help crawl test web chaos bench env-example lock setup setup-dev

# As they were typed: make expands no dollar in them, and the shell sees them only as variables.
override URL := $(value URL)
override ARGS := $(value ARGS)
export URL ARGS PYTHON

PY := .venv/bin/python
COMPILE := uv pip compile pyproject.toml --quiet --universal --generate-hashes --python-version 3.11 \
	--no-header --no-emit-index-url --no-emit-find-links

help:
	sed -n -e 's/^## //p' -e 's/^##$$//p' Makefile

crawl:
	test -n "$$URL" || { echo "make crawl needs a URL: make crawl URL=https://example.com" >&2; exit 2; }
	sh scripts/bootstrap.sh requirements.txt
	exec $(PY) scripts/crawl.py

test: setup-dev
	sh scripts/test_tools.sh
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy .
	$(PY) -c 'from importlinter.cli import lint_imports_command as check; check()'
	exec sh scripts/test.sh $(PY)

web: setup-dev
	exec $(PY) -m tests.web --port 8900 --table

chaos: setup-dev
	exec $(PY) -m tests.chaos $$ARGS

bench: setup-dev
	exec $(PY) -m benchmarks.site $$ARGS

env-example: setup
	$(PY) -c 'from schemas.environment import env_example; print(env_example(), end="")' > .env.example

lock:
	$(COMPILE) $(ARGS) --output-file requirements.txt
	$(COMPILE) $(ARGS) --extra deploy --constraint requirements.txt --output-file requirements-deploy.txt
	$(COMPILE) $(ARGS) --extra deploy --extra dev --constraint requirements-deploy.txt --output-file requirements-dev.txt
	echo 'pywb>=2.10,<2.11' | $(subst pyproject.toml,-,$(COMPILE)) $(ARGS) --output-file requirements-pywb.txt

setup:
	sh scripts/bootstrap.sh requirements.txt

setup-dev:
	sh scripts/bootstrap.sh requirements-dev.txt
