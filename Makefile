# Voordeur. `make help` lists what can be done.

ADDR ?= 127.0.0.1:8080
DATA ?= data
PKGS ?= ./...
export PKGS

.DEFAULT_GOAL := help
.PHONY: help run dev build generate check test bench fuzz deb sbom reproducible crash walk

help: ## List the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: build ## Build and start the demo (ADDR=127.0.0.1:8080 DATA=data)
	@echo "run: demo on http://$(ADDR), data in $(DATA)/; stop with Ctrl+C"
	@exec bin/voordeur demo --addr $(ADDR) --data $(DATA)

dev: ## As run, and build and start again after each change of a source
	@ADDR=$(ADDR) DATA=$(DATA) scripts/dev

build: ## Build bin/voordeur, one static program
	@echo "build: bin/voordeur"
	@scripts/build

generate: ## Make the templates' Go code, styles and scripts anew
	@scripts/generate

check: ## Quick loop: format, vet, known weaknesses, licences, short tests on SQLite (PKGS=./...)
	@scripts/check

test: ## Everything, as CI does; installs what the tests need (PKGS=./...)
	@scripts/test

bench: build ## Measure against the limits of the machine and against others, at a million (DOSSIERS=1000000 ONLY=)
	@scripts/benchmark --dossiers $(or $(DOSSIERS),1000000) --only "$(ONLY)"

fuzz: ## Look for inputs that break a promise, FUZZTIME=10m for each fuzz target
	@FUZZTIME=$(or $(FUZZTIME),10m) scripts/fuzz

deb: ## Build the Debian package into bin/
	@scripts/deb

sbom: ## Write the bill of materials, CycloneDX, to bin/voordeur.cdx.json
	@scripts/sbom

reproducible: ## Build program and package twice, apart, and compare them byte for byte
	@scripts/reproducible

crash: ## Disturb every call, cut the power, fill disks and kill (KILLS=1000), and look for losses; takes hours
	@KILLS=$(or $(KILLS),1000) scripts/crash

walk: ## Install the package on an empty Debian machine and follow docs/operations.md, as root
	@scripts/walk
