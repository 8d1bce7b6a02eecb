#!/usr/bin/env bash
# usage: scripts/run.sh [port]     one command from a clean clone to a living page
set -euo pipefail
cd "$(dirname "$0")/.."
port=${1:-8000}
export HOUQIN_DATA=${HOUQIN_DATA:-$PWD/var}

echo "[1/3] 准备程序" >&2
scripts/bootstrap.sh run
.venv/bin/python -c 'import socket, sys; s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", int(sys.argv[1])))' "$port" 2>/dev/null \
  || { echo "端口 $port 用不了（多半已被占用）。没有启动，换一个再试：make run PORT=$((port + 1))" >&2; exit 2; }
if ! .venv/bin/python -c 'import sys; from houqin.config import folder; sys.exit(not folder.is_empty(folder.data()))'; then
  echo "[2/3] 数据目录 $HOUQIN_DATA 已有内容，照原样使用" >&2
else
  echo "[2/3] 数据目录 $HOUQIN_DATA 是空的，生成演示学校（约一分钟）" >&2
  .venv/bin/houqin demo
fi
echo "[3/3] 启动服务，稍后用浏览器打开 http://127.0.0.1:$port/ （按 Ctrl-C 停止）" >&2
exec .venv/bin/houqin start --port "$port"
