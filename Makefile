# The verbs of a day. Everything else is in scripts/.
PORT ?= 8000
export HOUQIN_DATA ?= $(CURDIR)/var
.PHONY: run test test-long lint demo bench docs
.DEFAULT_GOAL := run

run:        ## install what is missing, fill an empty data folder with the demo school, serve it
	@exec scripts/run.sh $(PORT)

test:       ## everything that is checked, set-up included (STAGE="sqlite browser" for some of it)
	@exec scripts/test.sh $(STAGE)

test-long:  ## the same with the full matrices
	@HOUQIN_LONG=1 exec scripts/test.sh $(STAGE)

lint:       ## ruff, templates, house tests, types, walls
	@exec scripts/test.sh lint types walls

demo:       ## throw the data folder's demo school away and make it again
	@scripts/bootstrap.sh run && exec .venv/bin/houqin demo --again

bench:      ## the named jobs of bench/, printed as ratios
	@scripts/bootstrap.sh dev && exec .venv/bin/python -m bench $(JOB)

docs:       ## pictures for the two READMEs and the manual, made from the demo school
	@scripts/bootstrap.sh dev && exec scripts/pictures.sh
