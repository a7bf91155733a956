# Two commands on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
.PHONY: demo gallery test test-resume check slow docs predict generate generate-quality generate-preview list-refs save-ref rm-ref score-refs \
	score-refs-fresh explore explore-clip train train-forward train-inverse-quality train-inverse-all iterate \
	clean clean-cache clean-scenes clean-runs clean-output clean-all

$(VENV)/.installed: setup.py pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet torch torchvision
	$(BIN)/python -m pip install --quiet --editable ".[can,latent,sketch,preferences,scene,docs,test]"
	touch $@

demo: $(VENV)/.installed
	$(BIN)/python tools/demo.py

gallery: $(VENV)/.installed  # one page of pictures of all domains; trains what is missing, hours without a GPU
	$(BIN)/python tools/gallery.py --train --refs $(REFS) $(ARGS)

test: $(VENV)/.installed  # a process a core, one thread each
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --dist loadfile

test-resume: $(VENV)/.installed  # kills and resumes the shipped configs that `make test` leaves out; they resemble others
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto -m slow tests/engine/test_resume_every_config.py

slow: $(VENV)/.installed
	$(BIN)/python -m pytest -m "slow"

check: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports

docs: $(VENV)/.installed  # the site in build/site; a broken link is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

predict: $(VENV)/.installed  # make predict IMG=picture.png
	@test -n "$(IMG)" || { echo "name a picture: make predict IMG=picture.png" >&2; exit 2; }
	$(BIN)/python tools/predict.py "$(IMG)"

# Of scenes: docs/scene.md. SCORER=heuristic or human where the weights of Qwen2-VL are not at hand.
N ?= 5000
REFS ?= references/refs.jsonl
SCORER ?= qwen

generate: $(VENV)/.installed  # make generate N=5000
	$(BIN)/python tools/generate_scenes.py $(N)

generate-preview: $(VENV)/.installed
	$(BIN)/python tools/generate_scenes.py $(N) --preview

generate-quality: $(VENV)/.installed
	$(BIN)/python tools/generate_scenes.py $(N) --quality --scored $(REFS:.jsonl=-scored.jsonl)

list-refs: $(VENV)/.installed
	$(BIN)/python tools/refs.py --refs $(REFS) list

save-ref: $(VENV)/.installed  # make save-ref ID=328, q:328, out:0 or out:NAME
	@test -n "$(ID)" || { echo "name a scene: make save-ref ID=328 (or q:328, out:0, out:NAME)" >&2; exit 2; }
	$(BIN)/python tools/refs.py --refs $(REFS) add $(ID)

rm-ref: $(VENV)/.installed  # make rm-ref LINE=17
	@test -n "$(LINE)" || { echo "name a line of make list-refs: make rm-ref LINE=17" >&2; exit 2; }
	$(BIN)/python tools/refs.py --refs $(REFS) rm $(LINE)

score-refs: $(VENV)/.installed
	$(BIN)/python tools/score_refs.py --refs $(REFS) --scorer $(SCORER)

score-refs-fresh: $(VENV)/.installed
	$(BIN)/python tools/score_refs.py --refs $(REFS) --scorer $(SCORER) --fresh

explore: $(VENV)/.installed
	$(BIN)/python tools/explore.py --refs $(REFS)

explore-clip: $(VENV)/.installed
	$(BIN)/python tools/explore.py --refs $(REFS) --clip

train: $(VENV)/.installed  # make train CONFIG=configs/minigpt.py ARGS="--resume"
	@test -n "$(CONFIG)" || { echo "name a config: make train CONFIG=configs/minigpt.py" >&2; exit 2; }
	$(BIN)/python tools/train.py $(CONFIG) $(ARGS)

train-forward: $(VENV)/.installed
	$(BIN)/python tools/train.py configs/scene_forward.py --resume $(ARGS)

train-inverse-quality: $(VENV)/.installed  # trains the proxy first where it is missing
	$(BIN)/python tools/train.py configs/scene_inverse_quality.py --resume --with-companions $(ARGS)

train-inverse-all: $(VENV)/.installed
	$(BIN)/python tools/train.py configs/scene_inverse_all.py --resume --with-companions $(ARGS)

iterate: $(VENV)/.installed  # make iterate ARGS="--small --keep 3 --rounds 2"; ARGS=--list says what would run
	$(BIN)/python tools/iterate.py --refs $(REFS) $(if $(filter file,$(origin SCORER)),,--scorer $(SCORER)) $(ARGS)

# None of these removes references, scenes of your own below output, preferences or CAN data.
clean:  # the environment, what installing left, the site, and caches of tools
	rm -rf $(VENV) *.egg-info build/site .pytest_cache .ruff_cache .import_linter_cache .hypothesis

clean-cache:  # drawn scenes and scorers' answers, which are made again
	rm -rf work_dirs/cache

clean-scenes:  # generated scenes, the quality scenes among them
	for folder in data/scene data/scene/quality data/scene_demo; do \
		rm -rf $$folder/images $$folder/params $$folder/generation.json $$folder/preview.png; done

clean-runs:  # networks of scenes, what was found for pictures, and cycles
	rm -rf work_dirs/scene_* work_dirs/predicted work_dirs/cycle work_dirs/cycle_small

clean-output:  # explorations and the contact sheet
	rm -rf output/explore output/explore.* output/.explore.partial output/refs.png

clean-all: clean clean-cache clean-scenes clean-runs clean-output  # and the runs of every other domain
	test ! -d work_dirs || find work_dirs -mindepth 1 -maxdepth 1 ! -name "preference*" -exec rm -rf {} +
