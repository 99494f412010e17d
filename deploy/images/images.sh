#!/usr/bin/env bash
# Builds the images of the services. ./filcdn images runs this, once everything is built.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
here=$root/deploy/images
out=$root/.filcdn/images
services=(indexer retrieval metrics settlement)
modules=java.se,jdk.unsupported,jdk.httpserver,jdk.jfr,jdk.management,jdk.net,jdk.naming.dns,jdk.zipfs,jdk.incubator.vector
user=10001:10001

main() {
  local base='' check=no service
  while [ $# -gt 0 ]; do
    case $1 in
      --base) base=${2:?--base wants an image} && shift ;;
      --base=*) base=${1#--base=} ;;
      --check) check=yes ;;
      *) fail "no option \"$1\"; ./filcdn images --help lists them" ;;
    esac
    shift
  done
  [ "$(uname -s)" = Linux ] || fail "images are built on Linux, whose Java they contain"
  find_engine
  mkdir -p "$out"
  version=$(sed -n 's|^  <version>\(.*\)</version>|\1|p' "$root/pom.xml" | head -n 1)
  revision=$(git -C "$root" rev-parse HEAD 2>/dev/null || echo unknown)

  [ -n "$base" ] || base=$(debian_base)
  java_runtime
  trap stop_stack EXIT
  start_stack
  for service in "${services[@]}"; do
    assemble "$service"
    train "$service"
    "$engine" build "${build_flags[@]}" -q -f "$here/Containerfile" -t "$(image "$service")" \
      --build-arg BASE="$base" --build-arg SERVICE="$service" \
      --build-arg VERSION="$version" --build-arg REVISION="$revision" "$out/$service" >/dev/null
    rm -f "$out/$service.tar"
    archive "$service"
    echo "  $service: $out/$service.tar, $(du -h "$out/$service.tar" | cut -f 1)"
  done
  if [ $check = yes ]; then
    for service in "${services[@]}"; do check "$service"; done
  fi
}

fail() {
  echo "filcdn: $*" >&2
  exit 1
}

image() { echo "localhost/filcdn/$1:$version"; }

find_engine() {
  build_flags=()
  if command -v podman >/dev/null; then
    engine=podman
    # needs no rights to make namespaces
    build_flags=(--isolation=chroot)
  elif command -v docker >/dev/null; then
    engine=docker
  else
    fail "no podman and no docker found: install one (Debian: apt-get install podman)"
  fi
}

archive() {
  if [ $engine = podman ]; then
    podman save -q --format oci-archive -o "$out/$1.tar" "$(image "$1")"
  else
    docker save -o "$out/$1.tar" "$(image "$1")"
  fi
}

# A root filesystem with a C library, time zones and nothing that could be run.
debian_base() {
  local name=localhost/filcdn/base:$version tar=$out/base.tar codename
  command -v mmdebstrap >/dev/null ||
    fail "name a base image with --base, such as one with Debian's C library, or install mmdebstrap to make one"
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-stable}")
  if [ ! -e "$tar" ]; then
    mmdebstrap --quiet --variant=extract --include=libc6,libstdc++6,zlib1g,tzdata,netbase \
      --dpkgopt='path-exclude=/usr/share/doc/*' "$codename" "$tar" >&2 ||
      fail "Debian's packages cannot be had"
  fi
  "$engine" import "$tar" "$name" >/dev/null 2>&1 || fail "$engine does not take $tar"
  echo "$name"
}

java_runtime() {
  echo "Java: $("$JAVA_HOME/bin/java" -version 2>&1 | sed -n 2p)"
  [ ! "$out/java" -nt "$JAVA_HOME/release" ] || [ "$(cat "$out/java.modules" 2>/dev/null)" != "$modules" ] || return 0
  rm -rf "$out/java"
  "$JAVA_HOME/bin/jlink" --add-modules $modules --no-header-files --no-man-pages \
    --compress zip-2 --output "$out/java"
  echo "$modules" >"$out/java.modules"
}

# Everything that goes into a service's image, with the times of files that the AOT cache remembers.
assemble() {
  local context=$out/$1
  rm -rf "$context"
  mkdir -p "$context"
  cp -a "$out/java" "$context/java"
  cp -a "$root/$1-service/target/quarkus-app" "$context/app"
  "$JAVA_HOME/bin/java" "$here/OwnNatives.java" "$context/app"
  cat "$root/deploy/java/service.options" $(find "$root/deploy/java" -name "$1.options") >"$context/app/java.options"
  cp "$root/$1-service/target/bom.json" "$context/sbom.json"
  find "$context/app" -exec touch -d @1767225600 {} +
}

# -- a stack for the services to start on

start_stack() {
  "$root/filcdn" up --detach --no-build --port-base 0 --data "$out/stack" >"$out/stack.log" 2>&1 ||
    fail "the stack to start the services on does not come up: see $out/stack.log"
}

stop_stack() { "$root/filcdn" down --data "$out/stack" >/dev/null 2>&1 || true; }

# The configuration of a service of the stack, as NAME=VALUE lines.
configuration() {
  local pid
  read -r pid _ <"$out/stack/pids/$1.pid"
  tr '\0' '\n' <"/proc/$pid/environ" | grep -E '^(FILCDN|KAFKA|QUARKUS)_' |
    grep -vE '^(QUARKUS_HTTP_PORT|FILCDN_RETRIEVAL_(DATA|HTTP_PORT))='
  echo "QUARKUS_HTTP_PORT=$2"
  [ "$1" != retrieval ] || printf '%s\n' "FILCDN_RETRIEVAL_HTTP_PORT=$(free_port)" \
    "FILCDN_RETRIEVAL_DATA=$3"
}

free_port() {
  local port
  while port=$((20000 + RANDOM % 10000)); do
    (: >"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  echo $port
}

# Waits until what listens at a port is ready; prints after how many milliseconds.
await_ready() {
  local port=$1 pid=$2 begin=$(($(date +%s%N) / 1000000))
  until curl -fs -o /dev/null "http://127.0.0.1:$port/q/health/ready"; do
    kill -0 "$pid" 2>/dev/null || return 1
    [ $(($(date +%s%N) / 1000000 - begin)) -lt 90000 ] || return 1
    sleep 0.05
  done
  echo $(($(date +%s%N) / 1000000 - begin))
}

# Runs a service once, so that Java remembers what it loaded and linked.
train() {
  local app=$out/$1/app port log=$out/$1.train.log data=$out/train pid settings
  port=$(free_port)
  rm -rf "$data"
  configuration "$1" "$port" "$data" >"$out/$1.env"
  # one setting a line, of which some have spaces
  mapfile -t settings <"$out/$1.env"
  env -i "${settings[@]}" "$out/java/bin/java" "@$app/java.options" \
    -XX:AOTCacheOutput="$app/app.aot" -jar "$app/quarkus-run.jar" >"$log" 2>&1 &
  pid=$!
  if ! await_ready "$port" "$pid" >/dev/null; then
    kill -9 "$pid" 2>/dev/null || true
    fail "$1 does not become ready: see $log"
  fi
  kill "$pid"
  wait "$pid" || true
  [ -s "$app/app.aot" ] || fail "$1 left no AOT cache: see $log"
  rm -rf "$data"
}

# -- what an image must be able to do: start as nobody, on a filesystem it cannot write, to healthy

check() {
  local off on
  off=$(run_once "$1" off)
  on=$(run_once "$1" on)
  echo "  $1: ready, read-only and as $user; with the AOT cache $on, without $off"
}

# Copies the stack's files that a configuration names to where the image's user can read them.
move_files() {
  local settings=$out/$1.env files=$out/$1.files path
  rm -rf "$files"
  mkdir -p "$files"
  while IFS='=' read -r _ path; do
    case $path in
      "$out/stack/"*)
        install -D -m 644 "$path" "$files/${path#"$out/stack/"}" || fail "$path cannot be copied"
        ;;
    esac
  done <"$settings"
  sed -i "s|=$out/stack/|=/etc/filcdn/|" "$settings"
}

run_once() {
  local service=$1 mode=$2 name=filcdn-check-$1-$2 port pid took memory
  port=$(free_port)
  configuration "$service" "$port" /var/lib/filcdn >"$out/$service.env"
  move_files "$service"
  # with "on", Java ends where it cannot use the cache
  echo "QUARKUS_LOG_CONSOLE_JSON_ENABLED=true" >>"$out/$service.env"
  echo "JDK_JAVA_OPTIONS=@/app/java.options -XX:AOTMode=$mode -XX:MaxRAMPercentage=60" >>"$out/$service.env"
  "$engine" rm -f "$name" >/dev/null 2>&1 || true
  "$engine" run -d --name "$name" --network host --read-only --user $user \
    --cap-drop all --security-opt no-new-privileges --memory 768m \
    --ulimit nofile=4096:4096 --ulimit nproc=4096:4096 \
    --tmpfs /tmp:rw,exec,mode=1777 --tmpfs /var/lib/filcdn:rw,mode=1777 \
    -v "$out/$service.files:/etc/filcdn:ro" \
    --env-file "$out/$service.env" "$(image "$service")" >/dev/null
  pid=$("$engine" inspect -f '{{.State.Pid}}' "$name")
  if ! took=$(await_ready "$port" "$pid"); then
    rm -rf "$out/$service.files"
    "$engine" logs "$name" >"$out/$service.check.log" 2>&1 || true
    "$engine" rm -f "$name" >/dev/null
    fail "the image of $service does not become ready: see $out/$service.check.log"
  fi
  "$engine" logs "$name" 2>&1 | grep -q '^{.*"level":' || fail "$service does not log JSON"
  memory=$(awk '/^VmRSS/ { print int($2 / 1024) }' "/proc/$pid/status")
  "$engine" rm -f -t 10 "$name" >/dev/null
  rm -rf "$out/$service.files"
  echo "$took ms and $memory MB"
}

main "$@"
