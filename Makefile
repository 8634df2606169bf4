# phoneprovd: build, test, install. `make run` and `make test` are where to begin; both need root.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PREFIX ?= /usr
DESTDIR ?=
SWIFT ?= swift
RELEASE := -c release --static-swift-stdlib
# The directory of the programs to install.
PROGRAMS ?= "$$($(SWIFT) build $(RELEASE) --show-bin-path)"
# The version stands in one place; its time is that of the last commit.
VERSION := $(shell sed -n 's/.*text = "\(.*\)"/\1/p' Sources/Control/PhoneprovdVersion.swift)
RELEASED := $(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct 2>/dev/null),$(shell stat --format=%Y CHANGELOG.md))
# For make fuzz: how long each of the larger fuzzers runs.
SECONDS := 60
# And where its thoughts begin, 1 to 4,294,967,295: the same for the same code. Empty: each time elsewhere.
SEED :=

# What the build and the lab need beyond Swift and Debian's base system.
PACKAGES := libcurl4-openssl-dev libxml2-dev libsystemd-dev libsqlite3-dev pkg-config debootstrap shellcheck iproute2 \
	systemd-container openssl ca-certificates python3-pip debhelper fakeroot lintian
UNIT_TESTS := Provisioning SIP Capture Archive DHCPOptions PhoneSettings ConfigurationFile Downloads Systemd Control Flash PhoneAgent \
	Phoneprovctl WebProgramming
LAB_TESTS := $(SWIFT) test --skip-build --ignore-lock --no-parallel
FLOOD := PnPHostileTests
PATIENT := (DHCP|DHCPClient|DHCPServer|HostileLease|Hook|Inform|MachineClock)Tests
SHELL_SCRIPTS := etc/debian/build Tests/Lab/boot-machine Tests/Fuzz/run Tests/Lab/make-root Tests/Lab/enter-root Tests/Lab/guardian .ci/run
POSIX_SCRIPTS := etc/dhcp/dhclient-exit-hooks.d/phoneprovd etc/phoneprovd/dhcp/functions etc/phoneprovd/dhcp/dhcpcd-hook \
	etc/phoneprovd/dhcp/udhcpc-hook etc/NetworkManager/dispatcher.d/90-phoneprovd systemd/restart-delay \
	etc/debian/phoneprovd.postrm etc/debian/phoneprov-web.postrm
UNITS := $(notdir $(wildcard systemd/*.service systemd/*.socket systemd/*.target))

.PHONY: help deps root lab run build release test unit integration fuzz bench check fmt install deb screenshots clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

deps: ## installs what the build and the lab need and is missing (Debian packages)
	@missing=(); for package in $(PACKAGES); do \
		[[ $$(dpkg-query -W -f '$${db:Status-Status}' "$$package" 2>/dev/null) == installed ]] || missing+=("$$package"); \
	done; \
	if (($${#missing[@]})); then \
		if ((EUID != 0)); then echo "Missing: $${missing[*]}. Run: sudo make deps" >&2; exit 1; fi; \
		apt-get update -q; DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$${missing[@]}"; \
	fi

root:
	@if ((EUID != 0)); then echo "The lab makes network namespaces: it needs root." >&2; exit 1; fi

lab: root deps ## makes the lab's own root file system, .lab/root, once (about 1.3 GB)
	@Tests/Lab/make-root

build: deps ## builds everything, tests included
	$(SWIFT) build --build-tests

release: deps ## builds what is installed, the Swift runtime linked in
	$(SWIFT) build $(RELEASE) --product phoneprovd
	$(SWIFT) build $(RELEASE) --product phoneprovctl
	$(SWIFT) build $(RELEASE) --product phoneprov-inform
	$(SWIFT) build $(RELEASE) --product phoneprov-web
	$(SWIFT) build $(RELEASE) --product manual-pages

run: lab ## shows a phone provisioning itself in a self-contained lab (needs root; ends by itself)
	$(SWIFT) build
	@$$($(SWIFT) build --show-bin-path)/lab-demonstration

test: unit integration ## every test, the lab's included (needs root)

unit: build ## the tests that need no network of their own
	@for room in $(UNIT_TESTS); do $(SWIFT) test --skip-build --filter "^$${room}Tests\." || exit 1; done

# A flood of datagrams wants the machine for itself. Then the tests that wait most of the time, for leases and for clocks,
# run beside all others, and tell what they found after them.
integration: lab build ## the tests against real servers (needs root)
	$(LAB_TESTS) --filter '^LabTests\.$(FLOOD)'
	@log=$$(mktemp); trap 'rm -f "$$log"' EXIT; failed=0; \
	$(LAB_TESTS) --filter '^LabTests\.$(PATIENT)' >"$$log" 2>&1 & patient=$$!; \
	$(LAB_TESTS) --filter '^LabTests\.' --skip '^LabTests\.$(FLOOD)' --skip '^LabTests\.$(PATIENT)' || failed=1; \
	wait "$$patient" || failed=1; cat "$$log"; exit "$$failed"

fuzz: deps ## feeds the parsers with what a fuzzer thinks up, SECONDS each (60), on all processors
	Tests/Fuzz/run --seconds $(SECONDS) --jobs "$$(nproc)" $(if $(SEED),--seed $(SEED))

bench: lab release ## measures, each figure beside a yardstick of the same run (ten idle minutes among them)
	$(SWIFT) build $(RELEASE) --product benchmarks
	$(SWIFT) build $(RELEASE) --product sip-benchmark
	$(SWIFT) build $(RELEASE) --product download-benchmark
	@bin="$$($(SWIFT) build $(RELEASE) --show-bin-path)"; PHONEPROVD_PROGRAMS="$$bin" "$$bin/benchmarks"

check: deps ## formatting, shell scripts, and a build in which warnings are errors
	$(SWIFT) format lint --strict --recursive --parallel Sources Tests Package.swift
	shellcheck $(SHELL_SCRIPTS)
	shellcheck --external-sources --shell=sh $(POSIX_SCRIPTS)
	$(SWIFT) build --build-tests --explicit-target-dependency-import-check error

fmt: ## formats the source
	$(SWIFT) format --in-place --recursive --parallel Sources Tests Package.swift

install: ## installs what `make release` built; DESTDIR and PREFIX are honoured
	@programs=$(PROGRAMS); \
	for program in phoneprovd phoneprovctl phoneprov-inform phoneprov-web manual-pages; do \
		if [[ ! -x $$programs/$$program ]]; then echo "$$programs/$$program is missing. Run make release first." >&2; exit 1; fi; \
	done; \
	install -D -m 0755 "$$programs/phoneprovd" "$(DESTDIR)$(PREFIX)/sbin/phoneprovd"; \
	install -D -m 0755 "$$programs/phoneprovctl" "$(DESTDIR)$(PREFIX)/bin/phoneprovctl"; \
	install -D -m 0755 "$$programs/phoneprov-inform" "$(DESTDIR)$(PREFIX)/libexec/phoneprov-inform"; \
	install -D -m 0755 "$$programs/phoneprov-web" "$(DESTDIR)$(PREFIX)/sbin/phoneprov-web"; \
	"$$programs/phoneprovctl" schema | install -D -m 0644 /dev/stdin "$(DESTDIR)$(PREFIX)/share/phoneprovd/phoneprovd.rng"
	@install -D -m 0644 -t "$(DESTDIR)$(PREFIX)/share/phoneprovd" Sources/phoneprovctl/Schemas/*.schema.json
	@$(call install-completions,phoneprovd)
	@$(call install-completions,phoneprovctl)
	@$(call install-completions,phoneprov-web)
	@$(call install-manual,phoneprovctl.1)
	@$(call install-manual,phoneprovd.8)
	@$(call install-manual,phoneprovd.yaml.5)
	@$(call install-manual,phoneprov-web.8)
	@install -d "$(DESTDIR)/lib/systemd/system" "$(DESTDIR)/etc/dhcp/dhclient-exit-hooks.d"
	@for unit in $(UNITS); do $(call installed,systemd/$$unit,/lib/systemd/system/$$unit); done
	@$(call installed,etc/dhcp/dhclient-exit-hooks.d/phoneprovd,/etc/dhcp/dhclient-exit-hooks.d/phoneprovd)
	@install -d "$(DESTDIR)/etc/phoneprovd/dhcp" "$(DESTDIR)/etc/NetworkManager/dispatcher.d"
	@$(call installed,etc/phoneprovd/dhcp/functions,/etc/phoneprovd/dhcp/functions)
	@install -m 0644 etc/phoneprovd/dhcp/dhcpcd.conf etc/phoneprovd/dhcp/dhcpcd-hook "$(DESTDIR)/etc/phoneprovd/dhcp"
	@install -m 0755 etc/phoneprovd/dhcp/udhcpc-hook "$(DESTDIR)/etc/phoneprovd/dhcp"
	@install -m 0755 etc/NetworkManager/dispatcher.d/90-phoneprovd "$(DESTDIR)/etc/NetworkManager/dispatcher.d"
	@install -D -m 0755 systemd/restart-delay "$(DESTDIR)$(PREFIX)/lib/phoneprovd/restart-delay"
	@install -D -m 0644 systemd/phoneprovd.catalog "$(DESTDIR)/usr/lib/systemd/catalog/phoneprovd.catalog"
	@install -D -m 0644 etc/dhcp/dhclient-phoneprovd.conf "$(DESTDIR)/etc/dhcp/dhclient-phoneprovd.conf"
	@install -D -m 0644 systemd/sysusers.d/phoneprovd.conf "$(DESTDIR)$(PREFIX)/lib/sysusers.d/phoneprovd.conf"
	@install -D -m 0644 systemd/tmpfiles.d/phoneprovd.conf "$(DESTDIR)$(PREFIX)/lib/tmpfiles.d/phoneprovd.conf"
	@if [[ ! -e $(DESTDIR)/etc/phoneprovd/phoneprov-web.yaml ]]; then \
		install -D -m 0644 etc/phoneprovd/phoneprov-web.yaml "$(DESTDIR)/etc/phoneprovd/phoneprov-web.yaml"; \
	fi
	@if [[ -e $(DESTDIR)/etc/phoneprovd/phoneprovd.yaml ]]; then \
		echo "$(DESTDIR)/etc/phoneprovd/phoneprovd.yaml is kept as it is"; \
	else \
		install -D -m 0644 etc/phoneprovd/phoneprovd.yaml "$(DESTDIR)/etc/phoneprovd/phoneprovd.yaml"; \
	fi
	@if [[ -z "$(DESTDIR)" ]]; then \
		echo "Once, as root, for the users, /run/phoneprovd, the journal's explanations and the units:"; \
		echo "  systemd-sysusers && systemd-tmpfiles --create && journalctl --update-catalog && systemctl daemon-reload"; \
	fi

screenshots: lab build ## takes pictures of every page of web programming, into .build/screenshots
	SCREENSHOTS=$(CURDIR)/.build/screenshots $(SWIFT) test --skip-build --no-parallel --filter '^LabTests\.ScreenshotTests'
# A file with the places of the programs in it: FROM, TO.
installed = sed -e 's|/usr/sbin/phoneprovd|$(PREFIX)/sbin/phoneprovd|' -e 's|/usr/bin/phoneprovctl|$(PREFIX)/bin/phoneprovctl|' \
	-e 's|/usr/lib/phoneprovd|$(PREFIX)/lib/phoneprovd|' \
	-e 's|/usr/libexec/phoneprov-inform|$(PREFIX)/libexec/phoneprov-inform|' \
	-e 's|/usr/sbin/phoneprov-web|$(PREFIX)/sbin/phoneprov-web|' "$(1)" >"$(DESTDIR)$(2)"; chmod 0644 "$(DESTDIR)$(2)"

# What a program says itself of its options: PROGRAM.
define install-completions
programs=$(PROGRAMS); place="$(DESTDIR)$(PREFIX)/share"; \
install -d "$$place/bash-completion/completions" "$$place/zsh/vendor-completions" "$$place/fish/vendor_completions.d"; \
"$$programs/$(1)" --generate-completion-script bash | sed '1{/^#!/d}' >"$$place/bash-completion/completions/$(1)"; \
"$$programs/$(1)" --generate-completion-script zsh >"$$place/zsh/vendor-completions/_$(1)"; \
"$$programs/$(1)" --generate-completion-script fish >"$$place/fish/vendor_completions.d/$(1).fish"
endef

# A manual page: PAGE. The help of the commands is in it, the program's annotated configuration file, and the journal's
# catalog.
define install-manual
programs=$(PROGRAMS); place="$(DESTDIR)$(PREFIX)/share/man/man$(lastword $(subst ., ,$(1)))"; install -d "$$place"; \
help=$$(mktemp -d); trap 'rm -r "$$help"' EXIT; \
for program in phoneprovd phoneprovctl phoneprov-web; do "$$programs/$$program" --experimental-dump-help >"$$help/$$program"; done; \
"$$programs/manual-pages" Sources/manual-pages/Pages/$(1) "$(VERSION)" "$$(date --utc --date="@$(RELEASED)" +%Y-%m-%d)" \
	"phoneprovd=$$help/phoneprovd" "phoneprovctl=$$help/phoneprovctl" "phoneprov-web=$$help/phoneprov-web" \
	etc/phoneprovd/$(if $(filter phoneprov-web%,$(1)),phoneprov-web,phoneprovd).yaml systemd/phoneprovd.catalog >"$$place/$(1)"
endef

deb: release ## makes the Debian packages, .build/*_VERSION_ARCHITECTURE.deb, and has lintian look at them
	@PROGRAMS=$(PROGRAMS) SOURCE_DATE_EPOCH=$(RELEASED) etc/debian/build "$(VERSION)" .build

clean: ## removes what was built; the lab's root stays
	rm -rf .build
