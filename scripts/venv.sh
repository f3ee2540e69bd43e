#!/bin/sh
# Make .venv with the first Python that is new enough. Set PYTHON to choose one yourself.
set -eu
for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python}; do
  if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
    if ! "$candidate" -m venv .venv; then
      rm -rf .venv
      echo "Python could not make a virtual environment. On Debian and Ubuntu: apt install python3-venv" >&2
      exit 1
    fi
    exit 0
  fi
done
echo "Quad needs Python 3.11 or newer. Install it, or name it: make setup PYTHON=/path/to/python3" >&2
exit 1
