# spanmesh: `make` lists the targets. Third-party tools are kept in $(CACHE), by version.

ENVOY ?= 1.40.0
ENVOY_OLDEST := 1.36.4
# The newest of each minor version that the module supports and that is built with V8 (1.38.3 is not).
ENVOYS := 1.36.4 1.37.0 1.38.2 1.39.3 1.40.0
# Tests that run at the same time: they wait more than they work.
E2E_THREADS := 4
CACHE ?= $(HOME)/.cache/spanmesh
JAEGER := $(CACHE)/jaeger-1.62.0/bin/jaeger-all-in-one
# Named after their pinned parts too, so that none of other parts is taken for them.
OTELCOL := $(CACHE)/$(shell tests/setup/otelcol name)/bin/otelcol
KUBERNETES := $(CACHE)/$(shell tests/setup/kubernetes name)
ISTIO := $(CACHE)/$(shell tests/setup/istio name)
REGISTRY := $(CACHE)/$(shell tests/setup/registry name)
ZIPKIN := $(CACHE)/zipkin-3.5.1/zipkin-server.jar
PROPAGATORS := $(CACHE)/propagators-1.45.2-4.16.0
OTLP := $(CACHE)/opentelemetry-proto-1.45.2
GRAFANA := $(CACHE)/grafana-sdk-11.6.0
CARGO_DENY := $(CACHE)/$(shell tests/setup/cargo-deny name)
CYCLONEDX := $(CACHE)/$(shell tests/setup/cyclonedx name)
# rustup, or debian: build with Debian's compiler when rustup cannot install the target.
WASM_TOOLCHAIN ?= rustup

# Packages outside the workspace, so that their dependencies stay out of ours.
APART := tests/bench tests/scale filter/benches filter/fuzz tests/fakehost

MODULE := $(CURDIR)/target/spanmesh.wasm
export SPANMESH_CACHE := $(CACHE)
export SPANMESH_WASM := $(MODULE)
HOST_CALLS := $(CURDIR)/target/host-calls.wasm
export SPANMESH_HOST_CALLS := $(HOST_CALLS)
export SPANMESH_JAEGER := $(JAEGER)
export SPANMESH_OTELCOL := $(OTELCOL)
export SPANMESH_KUBERNETES := $(KUBERNETES)
export SPANMESH_ISTIO := $(ISTIO)
export SPANMESH_REGISTRY := $(REGISTRY)
export SPANMESH_ZIPKIN := $(ZIPKIN)
export SPANMESH_PROPAGATORS := $(PROPAGATORS)/bin/python
export SPANMESH_OTLP := $(OTLP)/bin/python
export SPANMESH_GRAFANA := $(GRAFANA)/bin/python
export SPANMESH_CYCLONEDX := $(CYCLONEDX)

envoy = $(CACHE)/envoy-$(1)/bin/envoy-binary
with_envoy = SPANMESH_ENVOY="$(call envoy,$(1))"

.DEFAULT_GOAL := help
.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.PHONY: demo
demo: build $(call envoy,$(ENVOY)) $(if $(filter zipkin,$(UI)),$(ZIPKIN)) $(if $(filter-out 0,$(MESH)),$(KUBERNETES) $(ISTIO) $(REGISTRY)) ## run a shop of services behind real Envoys and show its traces (KEEP=1 keeps it running, UI=zipkin shows them in Zipkin too, MESH=1 runs it in a real mesh of Istio)
	@filter/setup/say "starting the shop"
	@cargo build --locked --quiet -p spanmesh-shop
	@$(call with_envoy,$(ENVOY)) KEEP="$(KEEP)" MESH="$(MESH)" UI="$(UI)" target/debug/spanmesh-shop

.PHONY: screenshots
screenshots: build $(call envoy,$(ENVOY)) $(ZIPKIN) ## render the shop's traces in Zipkin into examples/screenshots, with Chromium
	@cargo build --locked --quiet -p spanmesh-shop
	@$(call with_envoy,$(ENVOY)) examples/screenshots/take "$(CURDIR)/target/debug/spanmesh-shop"

.PHONY: test
test: lint deny test-core test-fuzz test-node test-e2e test-mesh ## run every test; ENVOY=1.36.4 chooses another Envoy

.PHONY: build
build: prerequisites wasm-target $(MODULE) ## build the module: target/spanmesh.wasm

.PHONY: reproducible
reproducible: prerequisites wasm-target ## build the module twice from nothing, in two places, and compare
	@filter/setup/reproducible $(WASM_TOOLCHAIN)

.PHONY: sbom
sbom: build ## write the module's bill of materials (CycloneDX): target/spanmesh.cdx.json
	@filter/setup/sbom $(WASM_TOOLCHAIN) $(MODULE) $(CURDIR)/target/spanmesh.cdx.json

.PHONY: sizes
sizes: build ## tell how many bytes of the module are whose
	@cargo run --locked --quiet -p spanmesh-supply --bin sizes -- . $(MODULE)

.PHONY: image
image: sbom $(if $(REPOSITORY),$(REGISTRY)) ## build the OCI image for Istio and Envoy Gateway: target/image (REPOSITORY=… TAG=… push it)
	@filter/setup/say "building the OCI image"
	@CRANE="$(REGISTRY)/bin/crane" filter/setup/image $(MODULE) target/image "$(REPOSITORY)" "$(TAG)" "$(if $(INSECURE),insecure)"

.PHONY: cli
cli: prerequisites ## build the command-line tool: target/release/spanmesh
	@cargo build --locked --quiet --release -p spanmesh-cli
	@filter/setup/say "built target/release/spanmesh"

.PHONY: bench
bench: build $(HOST_CALLS) $(call envoy,$(ENVOY)) ## compare CPU and latency with no tracing and with the native tracer (BENCH="--quick")
	@cd tests/bench && cargo build --locked --quiet --release
	@$(call with_envoy,$(ENVOY)) tests/bench/target/release/spanmesh-bench --out target/bench $(BENCH)

.PHONY: scale
scale: prerequisites ## simulate 10,000 sidecars and their collectors, for the numbers in tests/SCALE.md
	@cd tests/scale && cargo build --locked --quiet --release
	@tests/scale/target/release/spanmesh-scale target/scale

.PHONY: bench-matrix
bench-matrix: build $(call envoy,$(ENVOY)) ## the same with 1 to 256 connections, HTTP/1.1 and HTTP/2, 1 and 2 workers
	@cd tests/bench && cargo build --locked --quiet --release
	@$(call with_envoy,$(ENVOY)) tests/bench/target/release/spanmesh-bench matrix --out target/bench $(BENCH)

.PHONY: chaos
chaos: build $(call envoy,$(ENVOY)) ## requests, upstreams, collector and plugin in seeded chaos (SEED=…, REQUESTS=200000)
	@filter/setup/say "chaos in Envoy $(ENVOY)"
	@$(call with_envoy,$(ENVOY)) SPANMESH_CHAOS_SEED="$(or $(SEED),1)" SPANMESH_CHAOS_REQUESTS="$(or $(REQUESTS),200000)" \
	  cargo test --locked --quiet -p spanmesh-tests --test e2e -- abuse::chaos --nocapture

.PHONY: soak
soak: build $(call envoy,$(ENVOY)) ## an hour's traffic as fast as it goes, with memory sampled and plotted (REQUESTS=5000000)
	@cd tests/bench && cargo build --locked --quiet --release
	@$(call with_envoy,$(ENVOY)) tests/bench/target/release/spanmesh-bench soak --out target/soak --requests "$(or $(REQUESTS),5000000)"

.PHONY: lint
lint: prerequisites wasm-target ## check formatting and lints
	@filter/setup/say "checking formatting and lints"
	@cargo fmt --all --check
	@for package in $(APART); do (cd $$package && cargo fmt --check) || exit 1; done
	@cargo clippy --locked --quiet --workspace --exclude spanmesh-filter --all-targets -- -D warnings
	@cargo clippy --locked --quiet -p spanmesh-filter --target wasm32-wasip1 -- -D warnings
	@for package in tests/bench tests/scale; do \
	  (cd $$package && cargo clippy --locked --quiet --all-targets -- -D warnings) || exit 1; \
	done

# What is shipped has no crate twice; tests may.
deny = $(CARGO_DENY)/bin/cargo-deny --locked --log-level error --manifest-path $(1)/Cargo.toml

.PHONY: deny
deny: $(CARGO_DENY) ## check licences, sources and duplicates of dependencies
	@filter/setup/say "checking licences, sources and duplicates of dependencies"
	@$(call deny,filter) --target wasm32-wasip1 --exclude-dev check bans licenses sources
	@$(call deny,filter/cli) --exclude-dev check bans licenses sources
	@for package in . $(APART); do \
	  $(call deny,$$package) --workspace check -A duplicate bans licenses sources || exit 1; \
	done

.PHONY: audit
audit: deny ## check dependencies for known vulnerabilities too (fetches the RustSec database with git)
	@filter/setup/say "checking dependencies for known vulnerabilities"
	@for package in . $(APART); do $(call deny,$$package) --workspace check advisories || exit 1; done

.PHONY: test-core
test-core: prerequisites ## tests of the core, the command-line tool, the shop, the benchmark and the simulation
	@filter/setup/say "testing the core, the command-line tool, the shop, the benchmark and the simulation"
	@cargo test --locked --quiet -p spanmesh-core -p spanmesh-export -p spanmesh-config -p spanmesh-json -p spanmesh-cli -p spanmesh-shop -p spanmesh-supply
	@cd tests/bench && cargo test --locked --quiet
	@cd tests/scale && cargo test --locked --quiet

.PHONY: test-fuzz
test-fuzz: prerequisites ## two seconds of each fuzz target, with its corpus
	@filter/setup/say "fuzzing for a minute"
	@filter/fuzz/run 2

.PHONY: fuzz
fuzz: prerequisites ## fuzz the parsers and the whole filter (SECONDS=60 for each target, TARGET=whole_filter for one, MERGE=1 keeps what was found)
	@filter/fuzz/run $(or $(SECONDS),60) $(TARGET)
	@if [ "$(MERGE)" = 1 ]; then MERGE=1 filter/fuzz/run 0 $(TARGET); fi

.PHONY: test-node
test-node: prerequisites $(CACHE)/wasm-bindgen.stamp ## unit tests of the core as WebAssembly, in Node
	@filter/setup/say "testing the core as WebAssembly in Node"
	@tests/setup/node-tests

.PHONY: test-e2e
test-e2e: build $(call envoy,$(ENVOY)) $(call envoy,$(ENVOY_OLDEST)) $(KUBERNETES) $(JAEGER) $(OTELCOL) $(ZIPKIN) $(PROPAGATORS)/propagators.stamp $(OTLP)/otlp.stamp $(GRAFANA)/grafana.stamp $(CYCLONEDX) ## tests in real Envoys, the current and the oldest supported, and of the repository
	@filter/setup/say "testing the harness and the repository"
	@$(call with_envoy,$(ENVOY)) cargo test --locked --quiet -p spanmesh-harness -p spanmesh-foreign
	@$(call with_envoy,$(ENVOY)) cargo test --locked --quiet -p spanmesh-tests --test tidy --test interop
	@for version in $(sort $(ENVOY) $(ENVOY_OLDEST)); do \
	  filter/setup/say "testing end to end in Envoy $$version"; \
	  SPANMESH_ENVOY="$(CACHE)/envoy-$$version/bin/envoy-binary" \
	    cargo test --locked --quiet -p spanmesh-tests --test e2e -- --test-threads $(E2E_THREADS) || exit 1; \
	done

.PHONY: test-mesh
test-mesh: build $(call envoy,$(ENVOY)) $(KUBERNETES) $(ISTIO) $(REGISTRY) ## the manifests of istio/ on a real Kubernetes API server, istiod and its agents
	@filter/setup/say "testing on a real control plane"
	@$(call with_envoy,$(ENVOY)) cargo test --locked --quiet -p spanmesh-mesh -- --test-threads 3

.PHONY: test-envoys
test-envoys: ## tests end to end and on the real control plane, in each supported Envoy (before a release)
	@for version in $(ENVOYS); do \
	  $(MAKE) --no-print-directory test-e2e test-mesh ENVOY=$$version ENVOY_OLDEST=$$version || exit 1; \
	done

.PHONY: schema
schema: ## write filter/config/config.schema.json from the table of options
	@SPANMESH_WRITE_SCHEMA=1 cargo test --locked --quiet -p spanmesh-config --test schema

.PHONY: clean
clean: ## remove what was built here (third-party tools stay in ~/.cache/spanmesh)
	@rm -rf target tests/bench/target tests/scale/target

.PHONY: prerequisites
prerequisites:
	@filter/setup/prerequisites

.PHONY: wasm-target
wasm-target:
	@filter/setup/wasm-target $(WASM_TOOLCHAIN)

SOURCES := $(shell find filter Cargo.toml Cargo.lock -path filter/cli -prune -o \( -name '*.rs' -o -name '*.toml' -o -name '*.json' -o -name Cargo.lock \) -print)
$(MODULE): $(SOURCES) filter/setup/build | wasm-target
	@filter/setup/build $(WASM_TOOLCHAIN) $@

$(HOST_CALLS): tests/bench/config/host-calls.wat | $(MODULE)
	@node "$$(filter/setup/binaryen)/wasm-as" $< -o $@

$(CACHE)/envoy-%/bin/envoy-binary:
	@tests/setup/envoy $*

$(JAEGER):
	@tests/setup/jaeger

$(OTELCOL):
	@tests/setup/otelcol

$(KUBERNETES):
	@tests/setup/kubernetes

$(ISTIO):
	@tests/setup/istio

$(REGISTRY):
	@tests/setup/registry

$(ZIPKIN):
	@tests/setup/zipkin

$(PROPAGATORS)/propagators.stamp:
	@tests/setup/propagators

$(OTLP)/otlp.stamp:
	@tests/setup/otlp

$(GRAFANA)/grafana.stamp:
	@tests/setup/grafana

$(CARGO_DENY):
	@tests/setup/cargo-deny

$(CYCLONEDX):
	@tests/setup/cyclonedx

$(CACHE)/wasm-bindgen.stamp: Cargo.lock
	@tests/setup/wasm-bindgen
