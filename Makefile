# 回应 Huiying. `make help` is the developer's manual.
.DEFAULT_GOAL := help
.SUFFIXES:
MAKEFLAGS += --no-print-directory

PYTHON ?=
PY := .venv/bin/python
# A stamp carries its lock file's checksum, so that a changed lock is installed and an unchanged one costs nothing.
sum = $(shell cksum < $(1) | cut -d' ' -f1)
RUN := .venv/.run-$(call sum,requirements.lock)
DEV := .venv/.dev-$(call sum,requirements-dev.lock)
PEERS := .venv-peers/.run-$(call sum,benchmarks/peers.lock)
# The developer's environment has everything that running takes.
READY := $(if $(wildcard $(DEV)),$(DEV),$(RUN))
COMPILE := $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" --upgrade

# Where bytecode is not to be written, each of several processes compiles all tests for itself; what they test is compiled before.
PYTEST := PYTHONDONTWRITEBYTECODE= $(PY) -m pytest

.PHONY: help demo up down logs test test-fast check lint fix bench cost evaluate faults fuzz audit compose-test docs lock broker

help: ## 本帮助 · this help
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(READY) broker ## 样例意见走完闭环，随后保持运行 · sample opinions through the whole loop, then left running
	@$(PY) -m services demo

up: $(READY) broker ## 启动（不含样例） · start, no samples
	@$(PY) -m services up

down: ## 停止 · stop
	@if [ -x $(PY) ]; then $(PY) -m services down; fi

logs: $(READY) ## 查看日志 · show the logs as they grow
	@$(PY) -m services logs --follow

test: $(DEV) broker ## 全部测试，自带消息队列 · every test, with its own broker and stores
	@$(PY) -m compileall -q -j 0 services benchmarks docs
	@$(PYTEST) tests -q --numprocesses 4 --dist loadfile --no-loadscope-reorder --durations 25 $(ARGS)

test-fast: $(DEV) ## 随手运行的单元测试，一分钟以内，不用消息队列 · the unit tests of the inner loop: under a minute, without a broker
	@$(PYTEST) tests/unit -q -m "not slow" --hypothesis-profile="inner loop" --numprocesses 2 --dist loadfile $(ARGS)

check: lint test ## 规范、类型、架构、测试 · lint, types, architecture, then the tests

lint: $(DEV) ## 规范、类型、架构 · lint, types, architecture
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports
	@$(PY) -m bandit -q -c pyproject.toml -r services benchmarks examples docs

fix: $(DEV) ## 自动修正格式 · apply the automatic fixes
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

bench: $(READY) $(PEERS) broker ## 测速 · rates, waiting times and CPU beside Celery, dramatiq and a bare design; a deadline scan; waiting in a crowd; ARGS=--quick
	@$(PY) -m benchmarks speed $(ARGS)
	@$(PY) -m benchmarks clock
	@$(PY) -m benchmarks crowd

cost: $(READY) broker ## 每件意见的 CPU 开销，比上次多 15% 即失败 · CPU of an opinion: fails over 15 % more than kept; ARGS=--keep
	@$(PY) -m benchmarks cost $(if $(filter --keep,$(ARGS)),,--check) $(ARGS)

evaluate: $(READY) ## 评估分派模型：make evaluate FILE=有标签的意见.csv · how well routing learns, on a file of labelled opinions
	@$(PY) -m benchmarks evaluate $(FILE) $(ARGS)

faults: $(DEV) broker ## 故障试验：两万件意见，六十次故障 · 20,000 opinions under 60 faults, judged; ARGS="--opinions 2000 --faults 20"
	@$(PY) -m tests.faults.run $(ARGS)

fuzz: $(DEV) broker ## 以编造的请求试每个接口 · made-up requests to every operation, for every role; ARGS="--roles nobody admin"
	@$(PY) -m tests.fuzz.run $(ARGS)

audit: $(DEV) ## 依赖的安全通告与代码检查 · published advisories of what is pinned (reaches PyPI), and bandit
	@$(PY) -m uv tool run "pip-audit>=2.10,<3" --strict --disable-pip --progress-spinner off -r requirements.lock -r requirements-dev.lock
	@$(PY) -m bandit -q -c pyproject.toml -r services benchmarks examples docs

compose-test: $(DEV) ## 容器编排下的系统测试 · the system tests against docker compose
	@deploy/compose-test.sh $(ARGS)

docs: $(DEV) ## 重新生成文档 · regenerate the generated pages
	@$(PY) docs/generate.py

lock: $(DEV) ## 更新锁定文件 · pin the newest dependencies, with hashes
	@$(COMPILE) pyproject.toml -o requirements.lock
	@$(COMPILE) pyproject.toml --extra dev -o requirements-dev.lock
	@$(COMPILE) benchmarks/peers.in --constraint requirements.lock -o benchmarks/peers.lock

broker:
	@deploy/bootstrap.sh broker

$(RUN):
	@PYTHON="$(PYTHON)" deploy/bootstrap.sh venv requirements.lock $@

$(DEV):
	@PYTHON="$(PYTHON)" deploy/bootstrap.sh venv requirements-dev.lock $@

$(PEERS):
	@PYTHON="$(PYTHON)" deploy/bootstrap.sh venv benchmarks/peers.lock $@
