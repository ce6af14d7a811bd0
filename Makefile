# Commands for people; meson and ninja do the work. `make help` tells.
# Share of the population that `make run` simulates: all of it takes 6 GB and some minutes on two cores, a tenth 0.6 GB and half a minute.
SCALE ?= 1
THREADS ?= $(shell nproc)
JOBS ?= $(shell nproc)

WORKLOADS ?=
TURNS ?= 3

.PHONY: run test bench build packages clean help

run: build
	build/tumen run dprk --scale $(SCALE) --threads $(THREADS)

test: packages
	tools/test --jobs $(JOBS)

bench: build
	tools/bench
	build/tumen bench $(WORKLOADS) --turns $(TURNS) --threads $(THREADS) --out bench/results

build: packages
	@test -f build/build.ninja || meson setup build
	@ninja -C build -j $(JOBS) --quiet

packages:
	@tools/install-packages

clean:
	rm -rf build build-*

help:
	@echo "make run     install what is missing, build, and run the North Korea scenario (SCALE=$(SCALE))"
	@echo "make test    install what is missing, build everything, and run every test"
	@echo "make bench   measure the workloads (WORKLOADS=, or W1 ... W5), with other programs beside; into bench/results"
	@echo "make build   install what is missing and build; the program is build/tumen"
	@echo "make clean   remove the build folders (results/ stays)"
	@echo "Variables: SCALE=$(SCALE) (share of the population), THREADS, JOBS."
