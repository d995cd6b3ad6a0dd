# The two that matter: `make demo` builds the reference mesh, `make test` runs the tests. Both set up what they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help setup demo test fuzz lint format bench soak docs screenshots check lock clean

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(BIN)/.dev ## Make .venv with everything for development

demo: .mesh/demo ## Build the whole reference mesh, and print its products
	@$(BIN)/mesh status

test: $(BIN)/.dev ## Run all tests; those of the site need Chromium, and are skipped without it
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -q

fuzz: $(BIN)/.dev ## Run the property tests on examples that they have not tried before
	@HYPOTHESIS_PROFILE=fuzz $(BIN)/python -m pytest -n 2 --dist loadgroup -q tests/unit

lint: $(BIN)/.dev ## Lint, check the format, check the types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(BIN)/.dev ## Mend what the linter can mend, and format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(BIN)/.dev ## Measure beside peers; writes docs/benchmarks.md
	@$(BIN)/python tests/benchmarks/run.py

soak: $(BIN)/.dev ## Kill 100 builds at random moments; writes docs/benchmarks.md
	@$(BIN)/python tests/soak/run.py

docs: $(BIN)/.dev ## Write the generated parts of docs/ anew
	@$(BIN)/python -m mesh_tools schema mesh > docs/schemas/mesh.json
	@$(BIN)/python -m mesh_tools schema interface > docs/schemas/interface.json
	@$(BIN)/python -m mesh_tools schema meta > docs/schemas/meta.json
	@$(BIN)/python -m mesh_tools schema lint > docs/schemas/lint.json
	@$(BIN)/python -m mesh_tools schema lint-report > docs/schemas/lint-report.json
	@$(BIN)/python -m mesh_tools schema lint-scorecard > docs/schemas/lint-scorecard.json
	@$(BIN)/python -m mesh_tools schema site > docs/schemas/site.json
	@$(BIN)/python -m mesh_tools.contracts.rules.pages docs/changes
	@$(BIN)/python -m mesh_tools.lint.pages docs/rules

screenshots: $(BIN)/.dev .mesh/demo ## Take the pictures of docs/images anew (needs Chromium)
	@$(BIN)/mesh docs build --output .mesh/site
	@PYTHONPATH=tests $(BIN)/python tests/site/screenshots.py .mesh/site

check: lint test ## Everything that must hold before a commit: lint and test

lock: ## Resolve the requirements anew (needs uv)
	uv pip compile -q pyproject.toml --universal --python-version 3.10 --generate-hashes --no-annotate --no-header \
	  --extra duckdb --extra s3 --extra https --extra sql --extra docs --group build --group demo --group dev --upgrade -o requirements/dev.txt
	uv pip compile -q pyproject.toml --universal --python-version 3.10 --generate-hashes --no-annotate --no-header \
	  --extra duckdb --extra docs --group build --group demo -c requirements/dev.txt -o requirements/demo.txt

clean: ## Remove everything that was built; keeps .venv
	rm -rf .mesh .pytest_cache .mypy_cache .ruff_cache .hypothesis dist
	rm -rf projects/*/target projects/*/logs projects/*/dbt_packages projects/*/.mesh
	rm -f projects/*/profiles.yml projects/*/package-lock.yml

# Again only after a change of what the reference mesh is made of; `mesh build` builds it in any case.
.mesh/demo: $(BIN)/.demo mesh.yml $(wildcard $(shell git ls-files -- macros projects mesh_tools))
	@$(BIN)/python projects/land.py
	@$(BIN)/mesh build
	@touch $@

$(BIN)/python:
	$(if $(UV),uv venv -q --python $(PYTHON) $(VENV),$(PYTHON) -m venv $(VENV))

# The lock is complete, so nothing is resolved: each package is one of its hashes, then this checkout is added.
define install
	@echo "installing $(1) into $(VENV)"
	@$(if $(UV),uv pip install -q --compile-bytecode --python $(BIN)/python,$(BIN)/python -m pip install -q --disable-pip-version-check) \
	  --require-hashes --no-deps -r $(1)
	@$(if $(UV),uv pip install -q --compile-bytecode --python $(BIN)/python,$(BIN)/python -m pip install -q --disable-pip-version-check) \
	  --no-deps --no-build-isolation -e .
endef

$(BIN)/.demo: requirements/demo.txt pyproject.toml | $(BIN)/python
	$(call install,requirements/demo.txt)
	@touch $@

$(BIN)/.dev: requirements/dev.txt pyproject.toml | $(BIN)/python
	$(call install,requirements/dev.txt)
	@touch $@ $(BIN)/.demo
