# Two commands matter: `make run` and `make test`. The steps lie in scripts/, one file each.
.DEFAULT_GOAL := help
.PHONY: help env run test sweep bench

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

env: ## make the whole environment: Python, Node packages, bundled pages
	@bash scripts/env.sh test
	@bash scripts/bundle.sh

run: ## start the program with the demo municipality; Ctrl-C stops everything
	@bash scripts/env.sh run
	@bash scripts/bundle.sh
	@exec .venv/bin/internkontroll start

test: ## everything that must hold before a change is handed in (under 10 minutes on two cores)
	@bash scripts/test.sh

sweep: ## the long walk: all sizes, fuzzing, the whole access matrix, the other database (under 45 minutes)
	@bash scripts/sweep.sh

bench: ## a million cases against ten thousand and against bare pages; AVVIK=20000 for a quicker run
	@bash scripts/env.sh test
	@bash scripts/bundle.sh
	@.venv/bin/internkontroll bench $(if $(AVVIK),--avvik $(AVVIK))
