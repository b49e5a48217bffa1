#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Compares Feast's feature server with Proffer on one Redis; see README.md. Arguments go to compare.py.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=$(cd "$here/../.." && pwd -P)
work=$here/target
environment=${FEAST_ENVIRONMENT:-$work/environment}
mkdir -p "$work"

if [ ! -x "$environment/bin/feast" ]; then
  python3 -m venv "$environment"
  "$environment/bin/pip" install --quiet -r "$here/requirements.txt"
fi

data=$(mktemp -d)
cp "$here/features.yaml" "$data/"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$root/proffer" serve --services feature-store --data "$data" \
  --set grpc.port="$port" --set features.file=features.yaml >"$work/proffer.log" 2>&1 &
server=$!
stop() {
  kill "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  rm -rf "$data"
}
trap stop EXIT

# The first start builds; then the port answers.
for _ in $(seq 600); do
  kill -0 "$server" 2>/dev/null || { cat "$work/proffer.log" >&2; exit 1; }
  (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
  sleep 1
done

redis=$(cat "$(find "$data" -name redis.port | head -1)")
"$environment/bin/python" "$here/compare.py" --proffer "127.0.0.1:$port" --redis "127.0.0.1:$redis" \
  --feast "$environment/bin/feast" --work "$work" "$@"
