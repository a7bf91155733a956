# Two commands on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
.PHONY: demo test check slow clean predict generate generate-quality generate-preview list-refs save-ref rm-ref score-refs \
	score-refs-fresh explore explore-clip

$(VENV)/.installed: setup.py pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet torch torchvision
	$(BIN)/python -m pip install --quiet --editable ".[can,latent,sketch,preferences,scene,test]"
	touch $@

demo: $(VENV)/.installed
	$(BIN)/python tools/demo.py

test: $(VENV)/.installed
	$(BIN)/python -m pytest

slow: $(VENV)/.installed
	$(BIN)/python -m pytest -m "slow"

check: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports

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

clean:
	rm -rf $(VENV) work_dirs *.egg-info
