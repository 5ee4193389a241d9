# The commands of guanxi. Needs only make and Python 3.11 or newer; everything else goes into .venv.
.DEFAULT_GOAL := help
.PHONY: help run test check format demo migrate revision key faults torture arrivals bench matching estimators lifecycles openapi spectral clients schemathesis

# Without it each process of ours, and of the tests', would compile all code anew.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
PYTHON := $(VENV)/bin/python
# Tools are called as modules: a script's first line cannot name the interpreter of a clone at a long path.
GUANXI := $(PYTHON) -m guanxi
# An environment that came here with a moved or copied folder, or whose Python is gone, is not installed.
$(shell [ "$$(cat $(VENV)/home 2>/dev/null)" = "$$(pwd -P)" ] && $(PYTHON) -c '' 2>/dev/null || rm -f $(VENV)/run $(VENV)/dev)

help: ## Show these commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

run: $(VENV)/run ## Start the whole system here; Ctrl-C stops it (GUANXI_PORT, GUANXI_HOME, GUANXI_DATABASE_URL)
	@exec $(GUANXI) up

test: check ## Check everything, then run every test
	$(PYTHON) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: $(VENV)/dev ## Lint, types, layout, and who may import whom
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m mypy
	$(PYTHON) -c 'from importlinter.cli import lint_imports_command as check; check()'

format: $(VENV)/dev ## Format the code and mend what can be mended
	$(PYTHON) -m ruff check --fix
	$(PYTHON) -m ruff format

torture: $(VENV)/dev ## Kill all there is under load, count what was lost: make torture SEEDS=5 EVENTS=50000
	@$(PYTHON) -m tests.chaos --seeds $(or $(SEEDS),5) --events $(or $(EVENTS),50000)

arrivals: $(VENV)/dev ## Send mixed facts in any order, some twice, amid kills; compare: make arrivals EVENTS=100000 SEED=1
	@GUANXI_ARRIVALS_EVENTS=$(or $(EVENTS),100000) GUANXI_ARRIVALS_SEED=$(or $(SEED),1) $(PYTHON) -m pytest -s tests/e2e/test_arrivals.py

demo: $(VENV)/run ## Load example purchases through the API and show what they are worth
	@$(GUANXI) demo

bench: $(VENV)/dev ## Measure speed beside the database's own: make bench [QUICK=1] (docs/performance.md)
	@$(PYTHON) -m bench $(if $(QUICK),--quick) $(if $(CUSTOMERS),--customers $(CUSTOMERS)) \
	$(if $(INTERACTIONS),--interactions $(INTERACTIONS)) $(if $(ORDER_LINES),--order-lines $(ORDER_LINES)) \
	$(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SECONDS),--seconds $(SECONDS)) $(if $(ONLY),--only '$(ONLY)')

matching: $(VENV)/dev build/splink/done ## Print what is found of a labelled set of duplicates, splink beside it (docs/duplicates.md)
	@$(PYTHON) -m bench.matching --splink build/splink/bin/python $(if $(ORIGINALS),--originals $(ORIGINALS)) $(if $(SEED),--seed $(SEED))

# Splink is heavy and needed nowhere else: an environment of its own, made when it is first compared with.
build/splink/done: bench/matching/splink.lock
	@$(PYTHON) -m venv build/splink
	@build/splink/bin/python -m pip install --quiet --require-hashes -r bench/matching/splink.lock
	@touch $@

estimators: $(VENV)/dev build/lifetimes/done ## Print how fast the estimators are, lifetimes beside, and what intervals cover (docs/estimators.md)
	@$(PYTHON) -m bench.estimators --lifetimes build/lifetimes/bin/python $(if $(CUSTOMERS),--customers $(CUSTOMERS)) $(if $(INTERVALS),--intervals $(INTERVALS))

lifecycles: $(VENV)/dev ## Print how often lifecycles are judged as they truly are, over several seeds (docs/lifecycle.md)
	@$(PYTHON) -m bench.lifecycles

# Lifetimes needs libraries of its time: an environment of its own, made when it is first compared with.
# Where it cannot be installed, the command says so and its column stays empty.
build/lifetimes/done: bench/estimators/lifetimes.lock
	@$(PYTHON) -m venv build/lifetimes
	@build/lifetimes/bin/python -m pip install --quiet --require-hashes -r bench/estimators/lifetimes.lock \
	&& touch $@ || rm -rf build/lifetimes

faults: $(VENV)/dev ## Hurt whole systems under load: make faults rounds=20 seconds=60 sockets=500 (docs/reliability.md)
	GUANXI_FAULTS_ROUNDS=$(or $(rounds),20) GUANXI_FAULTS_SECONDS=$(or $(seconds),60) GUANXI_FAULTS_SOCKETS=$(or $(sockets),500) \
	$(PYTHON) -m pytest -s tests/faults

migrate: $(VENV)/run ## Bring the database to where the code is
	@$(GUANXI) migrate

revision: $(VENV)/run ## Write a migration: make revision service=customer m="what it does"
	@$(GUANXI) revision '$(service)' '$(m)'

openapi: $(VENV)/run ## Print the OpenAPI document (make -s openapi prints nothing else)
	@$(GUANXI) openapi

spectral: $(VENV)/run ## Lint the OpenAPI document with spectral's rules and those of OWASP (needs Node)
	@mkdir -p build && $(GUANXI) openapi > build/openapi.json
	@clients/spectral/lint build/openapi.json

schemathesis: $(VENV)/dev ## Let schemathesis look for holes in the running system: SEEDS="1 2 3" EXAMPLES=20
	@SEEDS="$(or $(SEEDS),1 2 3)" EXAMPLES=$(or $(EXAMPLES),20) $(PYTHON) -m pytest tests/e2e/test_schemathesis.py

clients: $(VENV)/dev ## Generate clients in Python and TypeScript, compile them strictly and use them (TypeScript needs Node)
	@cd clients/typescript && ../modules || echo "Only the client in Python is checked." >&2
	@$(PYTHON) -m pytest tests/e2e/test_clients.py -rs

key: $(VENV)/run ## Print the development key (make -s key prints nothing else)
	@$(GUANXI) key

# What is installed: .venv/run what it takes to run, .venv/dev the test tools too. A changed lock installs again.
$(VENV)/run: requirements.lock pyproject.toml deploy/install
	@deploy/install $(VENV) requirements.lock
	@touch $@

$(VENV)/dev: requirements-dev.lock requirements.lock pyproject.toml deploy/install
	@deploy/install $(VENV) requirements-dev.lock
	@touch $(VENV)/run $@
