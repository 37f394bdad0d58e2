#!/bin/sh
# Calls the command of syndisco that has this file's name, for those who still call the shell script.
name=${0##*/}
program=${SYNDISCO_PROGRAM:-$(command -v syndisco || printf %s "$(dirname "$0")/../build/release/syndisco")}
exec "$program" "${name%.sh}" "$@"
