# The two commands of the README are `make demo` and `make test`; each sets up what it needs in .venv, once.
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
LAUNCH := $(BIN)/python scripts/launch.py
DATASET ?= digits
BITS ?= 16
ARGS ?=
# yes where the environment works: its Python starts, and the command `s5vh` belongs to a Python that is there.
SOUND := $(shell $(BIN)/python -c '' 2>/dev/null && test -x "$$(sed -n '1s/^\#! *//p' $(BIN)/s5vh 2>/dev/null)" && echo yes)
# Threads that wait let others work: on a busy machine two threads that spin take several times as long as one.
export OMP_WAIT_POLICY ?= passive

.PHONY: help setup demo demo-video test fuzz lint faults mutants train evaluate preprocess sweep results results-small results-real \
        results-transfer results-methods \
        bench-train bench-mamba bench-centers docs readme outputs clean
ifneq ($(SOUND),yes)
.PHONY: $(READY)
endif

help:        ## list the targets
	@grep -E '^[a-z-]+: .*##|^[a-z-]+:  *##' Makefile | sed -E 's/:.*##/ -/'

setup: $(READY)   ## make .venv with the pinned packages and a Jupyter kernel, or repair a broken one

$(READY): setup.py settings.ini constraints.txt
	python3 -m venv $(if $(SOUND),,--clear) $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt setuptools wheel
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation -c constraints.txt -e '.[dev]'
	$(BIN)/python -m ipykernel install --sys-prefix --name python3 --display-name python3
	@touch $@

demo: $(READY)   ## train on the embedded digits, evaluate, and print a table
	$(LAUNCH) nbs/05_train.ipynb runs/demo-train.ipynb -p dataset digits -p bits 16
	$(LAUNCH) nbs/06_evaluate.ipynb runs/demo-evaluate.ipynb -p dataset digits -p run runs/digits-s5vh-16
	@$(BIN)/python scripts/demo_table.py runs/digits-s5vh-16 runs/demo-train.ipynb runs/demo-evaluate.ipynb

demo-video: $(READY)   ## render clips, train on them, index, search, find duplicates; table, notebook, gallery
	OMP_NUM_THREADS=1 $(LAUNCH) nbs/video/clips.ipynb runs/demo-video.ipynb -p n_clips 200 -p epochs 40 -p out runs/demo-video
	@echo "executed notebook, with the gallery: runs/demo-video.ipynb"

test: $(READY)   ## notebooks and modules in step and well-formed, then every notebook's tests
	$(BIN)/python scripts/run_tests.py

lint: $(READY)   ## what ruff and the structure check find, in seconds
	$(BIN)/ruff check s5vh scripts nbs
	$(BIN)/python scripts/check_notebooks.py

fuzz: $(READY)   ## good files of every kind changed at random, and read: make fuzz ARGS="--n 5000 --seed 2"
	$(BIN)/python scripts/fuzz.py $(ARGS)

faults: $(READY)   ## every writer on full disks, with errors, killed at each step; and 50 kills of a run
	S5VH_FAULTS=300 $(BIN)/nbdev_test --path nbs/training/faults.ipynb
	$(BIN)/python scripts/kill_runs.py $(ARGS)

mutants: $(READY)   ## small faults put into modules on purpose: which tests notice
	$(BIN)/python scripts/mutants.py $(ARGS)

train: $(READY)   ## make train DATASET=fcv BITS=32 ARGS="-p epochs 100"
	$(LAUNCH) nbs/05_train.ipynb runs/$(DATASET)-$(BITS)-train.ipynb -p dataset $(DATASET) -p bits $(BITS) $(ARGS)

evaluate: $(READY)   ## make evaluate DATASET=fcv RUN=runs/fcv-s5vh-32
	$(LAUNCH) nbs/06_evaluate.ipynb runs/$(notdir $(RUN))-evaluate.ipynb -p dataset $(DATASET) -p run $(RUN) $(ARGS)

sweep: $(READY)   ## make sweep GRID=grids/real.yaml DATA=... ARGS="--workers 4": every run of a grid that is not done
	$(BIN)/python scripts/sweep.py $(GRID) --record results/records.jsonl $(if $(DATA),--data-root $(DATA)) $(ARGS)

results-small results-real results-transfer results-methods results: $(READY)
	$(BIN)/python scripts/sweep.py $(GRIDS) --record results/records.jsonl $(if $(DATA),--data-root $(DATA)) $(ARGS)
	$(LAUNCH) nbs/experiments/results.ipynb runs/results.ipynb
	@echo "tables and figures: runs/results.ipynb, and as LaTeX, CSV and PNG in runs/results/"

results-small: GRIDS := grids/small.yaml   ## tables of the embedded digits
results-real: GRIDS := $(addprefix grids/,real.yaml held_out.yaml switches.yaml losses.yaml centers.yaml mixers.yaml released.yaml) ## tables of three real sets: DATA=folder
results-transfer: GRIDS := grids/transfer.yaml ## tables of five real sets and the digits, with and without training: DATA=folder
results-methods: GRIDS := grids/methods.yaml grids/methods_equal.yaml ## tables of all methods, five real sets and the digits: DATA=folder
results: GRIDS := grids/published.yaml     ## tables of the published settings: DATA=folder; hours on a GPU

bench-train: $(READY)   ## videos a second in training, against plain code
	$(BIN)/python scripts/bench_train.py $(ARGS)

bench-mamba: $(READY)   ## engines of the selective scan, against each other
	$(BIN)/python scripts/bench_mamba.py $(ARGS)

preprocess: $(READY)   ## make preprocess DATASET=fcv BITS="16 32 64" ARGS="-p similarity true"
	$(LAUNCH) nbs/centers/run_preprocess.ipynb runs/$(DATASET)-preprocess.ipynb -p dataset $(DATASET) -p bits "$(BITS)" $(ARGS)

bench-centers: $(READY)   ## preprocessing at the size of FCVID: seconds and memory
	$(BIN)/python scripts/bench_centers.py $(ARGS)

docs: $(READY)   ## the site, in _docs: by Quarto where it is installed, else by nbconvert
	$(BIN)/python scripts/build_docs.py
	$(BIN)/python scripts/check_links.py

readme: $(READY)   ## README.md from nbs/index.ipynb
	$(BIN)/python scripts/make_readme.py

outputs: $(READY)   ## run every notebook from the top and save its outputs: make outputs NBS="nbs/00_codes.ipynb"
	$(BIN)/python scripts/save_outputs.py $(NBS)

clean:   ## remove what tests and docs leave
	rm -rf _docs _proc .ruff_cache
	find nbs -name .ipynb_checkpoints -prune -exec rm -rf {} +
