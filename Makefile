# Two commands matter on a fresh machine: make run and make test. The others are their parts.
LISTEN ?= localhost:8443
DATA   ?= ./data
FUZZTIME ?= 60s
KILLS ?= 1000

GO        ?= go
OAPI      := $(GO) run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2
GOTESTSUM := $(GO) run gotest.tools/gotestsum@v1.13.0
LINT      := $(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
FRONT     := web/dist/index.html

.PHONY: build run test check lint e2e bench fuzz fuzz-ci torture generate verify clean deps test-go test-web test-net test-long test-torture FORCE

build: bin/yakusho bin/paysim

bin/yakusho: $(FRONT) FORCE
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w" -o $@ ./cmd/yakusho

bin/paysim: FORCE
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w" -o $@ ./cmd/paysim

# The front end is built again when anything it is made of is newer.
$(FRONT): web/node_modules/.package-lock.json $(shell find web/src web/public web/scripts web/index.html web/*.ts web/*.json -type f 2>/dev/null)
	cd web && npm run build
	@touch $@

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	@touch $@

# The official client libraries of the payment providers, which paysim has to satisfy.
e2e/node_modules/.package-lock.json: e2e/package.json e2e/package-lock.json
	cd e2e && npm ci --no-audit --no-fund
	@touch $@

run: build
	./bin/yakusho serve --sample --listen "$(LISTEN)" --data "$(DATA)"

# What the tests need beside Go and Node, as Debian packages. Does nothing where it is there.
deps:
	sh .ci/deps.sh

# Everything. The counts of each runner are printed again at the end.
test: deps build
	@rm -rf out && mkdir -p out
	$(MAKE) --no-print-directory check
	$(MAKE) --no-print-directory test-go
	$(MAKE) --no-print-directory test-long
	$(MAKE) --no-print-directory test-web
	$(MAKE) --no-print-directory e2e
	$(MAKE) --no-print-directory test-net
	$(MAKE) --no-print-directory test-torture
	$(MAKE) --no-print-directory fuzz-ci
	@echo; cat out/*.count

test-go: $(FRONT)
	@mkdir -p out
	$(GOTESTSUM) --format pkgname --jsonfile out/go.json -- -race $$($(GO) list ./... | grep -v -e /e2e/net -e /e2e/torture)
	@sh .ci/count.sh go out/go.json

test-net: bin/yakusho
	@mkdir -p out
	YAKUSHO_BIN=$(CURDIR)/bin/yakusho $(GOTESTSUM) --format testname --jsonfile out/net.json -- -race -count=1 -timeout 20m ./e2e/net/...
	@sh .ci/count.sh network out/net.json

# Ten thousand customers, without the race detector, under which test-go has a few hundred of them.
test-long:
	@mkdir -p out
	$(GOTESTSUM) --format standard-verbose --jsonfile out/long.json -- -count=1 -timeout 20m -run TestManyCustomers ./internal/till
	@sh .ci/count.sh long out/long.json

# The real server, killed a hundred times and on disks that fail, while payments are taken. About four minutes.
test-torture: bin/yakusho
	@mkdir -p out
	YAKUSHO_BIN=$(CURDIR)/bin/yakusho $(GOTESTSUM) --format standard-verbose --jsonfile out/torture.json -- -race -count=1 -timeout 20m ./e2e/torture
	@sh .ci/count.sh torture out/torture.json

# The same for as long as wanted: make torture KILLS=1000
torture: bin/yakusho
	YAKUSHO_BIN=$(CURDIR)/bin/yakusho $(GO) test -race -count=1 -v -timeout 0 ./e2e/torture -kills=$(KILLS)

test-web: web/node_modules/.package-lock.json
	@mkdir -p out
	cd web && npx vitest run --reporter=default --reporter=json --outputFile=../out/web.json
	@sh .ci/count.sh web out/web.json

e2e: bin/yakusho bin/paysim e2e/node_modules/.package-lock.json
	@mkdir -p out
	YAKUSHO_BIN=$(CURDIR)/bin/yakusho PAYSIM_BIN=$(CURDIR)/bin/paysim node e2e/run.mjs --screens
	@sh .ci/count.sh browser out/e2e.json

# What a reviewer would look at first: formatting, vet, types, the generated code.
check: web/node_modules/.package-lock.json
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	cd web && npm run check
	$(MAKE) --no-print-directory verify

# The named set of linters. Apart from check because it takes minutes to compile the first time.
lint:
	$(LINT) run ./...

generate:
	$(OAPI) -config api/auth.gen.yaml api/openapi.yaml
	$(OAPI) -config api/meet.gen.yaml api/openapi.yaml
	$(OAPI) -config api/meet.models.gen.yaml api/openapi.yaml
	$(OAPI) -config api/till.gen.yaml api/openapi.yaml
	$(OAPI) -config api/till.models.gen.yaml api/openapi.yaml
	gofmt -w internal/auth/authhttp/api.gen.go internal/meet/meethttp/api.gen.go internal/meet/meethttp/models.gen.go internal/till/tillhttp/api.gen.go internal/till/tillhttp/models.gen.go
	cd web && npm run generate

# Generated code is committed; what it is generated from must not have moved on.
verify: web/node_modules/.package-lock.json
	@mkdir -p out/_verify && for f in $$(git ls-files '*.gen.go' '*.gen.ts'); do mkdir -p out/_verify/$$(dirname $$f) && cp $$f out/_verify/$$f; done
	$(MAKE) --no-print-directory generate
	@for f in $$(git ls-files '*.gen.go' '*.gen.ts'); do diff -u out/_verify/$$f $$f || { echo "$$f is not what make generate makes" >&2; exit 1; }; done

bench: build
	$(GO) run ./bench/meet
	$(GO) run ./bench/till

# Every fuzz target of the till for 20 s, with how often it ran.
fuzz-ci:
	sh .ci/fuzz.sh 20s ./internal/till/...

# Every fuzz target for FUZZTIME each.
fuzz:
	@for p in $$($(GO) list ./...); do \
		for f in $$($(GO) test -list '^Fuzz' $$p 2>/dev/null | grep ^Fuzz); do \
			echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) $$p || exit 1; \
		done; \
	done

clean:
	rm -rf bin out e2e/out e2e/node_modules web/node_modules
	find web/dist -mindepth 1 -not -name .keep -delete
