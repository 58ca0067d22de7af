#!/usr/bin/env bash
# Runs a Python test file in the runfiles of its Bazel test; see python.bzl.
set -euo pipefail
export PYTHONPATH="$PWD"
exec /usr/bin/python3 -B "$@" -v
