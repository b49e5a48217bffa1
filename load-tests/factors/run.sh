#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Compares an epoch of Proffer's implicit factors with the library "implicit" on the same data; see README.md. Arguments go to compare.py.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=$(cd "$here/../.." && pwd -P)
environment=${FACTORS_ENVIRONMENT:-$here/target/environment}

if ! "$environment/bin/python" -c 'import implicit' 2>/dev/null; then
  python3 -m venv "$environment"
  "$environment/bin/pip" install --quiet -r "$here/requirements.txt"
fi
"$environment/bin/python" "$here/compare.py" --proffer "$root/proffer" "$@"
