#!/bin/sh
# Bazel's own py_test asks for a program called "python", which Debian does not have.
exec python3 "$(dirname "$0")/cli_test.py" "$@"
