# `make` lists the targets.

GOLANGCI_LINT := 2.15.0
FUZZTIME ?= 10s

LINT := .tools/golangci-lint-$(GOLANGCI_LINT)
WEB_SOURCES := $(shell find web -type f -not -name '*.go' -not -path 'web/node_modules/*' -not -path 'web/dist/*' -not -path 'web/e2e/*' -not -path 'web/test-results/*')

.PHONY: help run test screenshots build web compile generate lint fmt fuzz forecast-bench tools
.DEFAULT_GOAL := help

# No C: one static binary for every system. The same flags for all but the
# tests, so that nothing is compiled twice.
build compile generate lint: export CGO_ENABLED := 0
build compile generate lint: export GOFLAGS := $(GOFLAGS) -trimpath

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Build, fill an empty database with sample data, serve, print a link that opens it
	@$(MAKE) --no-print-directory -j2 web compile
	@$(MAKE) --no-print-directory build
	bin/contatore serve --demo

test: ## Check everything: generated code, lint, tests on SQLite and PostgreSQL, the web pages
	@bash scripts/test

screenshots: build ## Take the pictures in docs anew
	npm --prefix web run screenshots

build: web ## Build bin/contatore, with the web pages in it
	go build -ldflags '-s -w' -o bin/contatore ./cmd/contatore

generate: web/node_modules/.package-lock.json ## Make the generated code anew
	go generate ./...
	npm --prefix web run generate

lint: tools ## Vet, lint and check the format of the Go code
	go vet ./...
	$(LINT) run

fmt: tools ## Format the Go code
	$(LINT) fmt

fuzz: ## Run each fuzz target for FUZZTIME (10s)
	@FUZZTIME=$(FUZZTIME) bash scripts/fuzz

# Root on Debian gets R installed where it is missing.
forecast-bench: ## Judge the forecasts beside R's, for some minutes; write bench/FORECAST.md
	@Rscript -e 'for (p in c("forecast", "modeldata", "tseries")) stopifnot(requireNamespace(p))' >/dev/null 2>&1 || \
		{ apt-get update -q && apt-get install -q -y --no-install-recommends r-base-core r-cran-forecast r-cran-modeldata; }
	nice -n 19 go run ./bench/forecast

# On a machine with nothing else to do. PostgreSQL is Debian's; the rest comes
# from npm and the Go proxy.
.PHONY: bench bench-quick
bench: web ## Measure beside the alternatives, for some hours; write bench/RESULTS.md
	go run ./bench -plan full

bench-quick: web ## The same, smaller, in five minutes; into bench/.cache/quick
	go run ./bench -plan quick -out bench/.cache/quick

# The pages, when their sources are newer.
web: web/dist/index.html

web/dist/index.html: web/node_modules/.package-lock.json $(WEB_SOURCES)
	npm --prefix web run build

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	npm --prefix web ci --no-audit --no-fund
	@touch $@

# What the binary needs besides the pages, while npm is at those.
compile:
	go build ./internal/... ./graph/...

# Built by the Go at hand, outside go.mod: a tool's dependencies are not the
# product's.
tools: $(LINT)

$(LINT):
	@rm -rf .tools && mkdir -p .tools
	GOBIN=$(CURDIR)/.tools go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v$(GOLANGCI_LINT)
	@mv .tools/golangci-lint $@
