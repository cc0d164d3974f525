# All commands only need Python 3.11 to 3.14; without make: python3 bootstrap.py run|test|bench|simulate|mutants
PYTHON ?= python3

.PHONY: help run test bench simulate mutants
help:
	@echo "make run    the whole shop, offline, with its demo: http://localhost:8000 (PORT, SANDBOX_PORT and VAR_DIR override)"
	@echo "make test   everything the tests need, then all tests (ARGS=\"-k name\" goes to pytest)"
	@echo "make bench  the hot paths beside bare Flask and psycopg (ARGS=\"--rounds 9\" measures longer)"
	@echo "make simulate  the shop under faults: SEEDS=n PROFILE=default|dark|storm|outage|rush, SEED=n to replay one, THREADS=4 for real races"
	@echo "make mutants  each scar's bug put back into a copy: which test notices? (ARGS=\"S19 S20\" runs some)"
run:
	@$(PYTHON) bootstrap.py run
test:
	@$(PYTHON) bootstrap.py test $(ARGS)
bench:
	@$(PYTHON) bootstrap.py bench $(ARGS)
simulate:
	@$(PYTHON) bootstrap.py simulate $(if $(PROFILE),--profile $(PROFILE)) $(if $(THREADS),--threads $(THREADS)) $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),20)) $(ARGS)
mutants:
	@$(PYTHON) bootstrap.py mutants $(ARGS)
