# Two commands matter on a fresh machine: make run, make test. The others are their parts.
LISTEN ?= localhost:8443
DATA   ?= ./data
GO     ?= go
# One race-built cache serves all tests; the media engine takes minutes to compile the first time.
GOTEST  = $(GO) test -race

.PHONY: build run test check e2e bench fuzz generate verify clean web deps test-go test-web

build: bin/yakusho bin/paysim

bin/yakusho bin/paysim: web FORCE
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w" -o $@ ./cmd/$(@F)

FORCE:

web: web/dist/index.html

web/dist/index.html: $(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/dist/*' 2>/dev/null)
	cd web && npm ci --no-audit --no-fund && npm run build

run: build
	./bin/yakusho serve --sample --listen $(LISTEN) --data $(DATA)

# What the tests need beside Go and Node. Does nothing on a machine that has it.
deps:
	sh .ci/deps.sh

test: deps web check test-go test-web e2e
	@cat out/counts

clean:
	rm -rf bin out e2e/out web/node_modules e2e/node_modules
	find web/dist -mindepth 1 -not -name .keep -delete
