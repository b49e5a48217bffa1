# SPDX-License-Identifier: Apache-2.0
"""Times epochs of alternating least squares of Proffer and of the library implicit on the same data, in turns."""
import argparse
import json
import os
import subprocess
import sys

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--proffer", default="./proffer")
parser.add_argument("--data", required=True, help="lines of a user and items: a file, plain or gzip")
parser.add_argument("--dimension", type=int, default=64)
parser.add_argument("--epochs", type=int, default=6, help="of which the first is not counted")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--threads", type=int, default=2, help="threads of all")
parser.add_argument("--json", action="store_true")

THEIRS = """
import gzip, json, sys, time
import numpy as np, scipy.sparse
from implicit.als import AlternatingLeastSquares
path, dimension, epochs, threads, conjugate = sys.argv[1], *map(int, sys.argv[2:])
users, items = [], []
with open(path, "rb") as magic:
    zipped = magic.read(2) == b"\\x1f\\x8b"
with (gzip.open if zipped else open)(path, "rt") as lines:
    for user, line in enumerate(lines):
        for item in set(line.split()[1:]):
            users.append(user)
            items.append(int(item))
matrix = scipy.sparse.csr_matrix((np.ones(len(users), dtype=np.float32), (users, items)))
marks = [(time.perf_counter(), time.process_time())]
AlternatingLeastSquares(factors=dimension, regularization=0.003, iterations=epochs, num_threads=threads,
                        use_cg=bool(conjugate), use_gpu=False, random_state=1).fit(
    matrix, show_progress=False, callback=lambda *_: marks.append((time.perf_counter(), time.process_time())))
wall = [b[0] - a[0] for a, b in zip(marks[1:], marks[2:])]
cpu = [b[1] - a[1] for a, b in zip(marks[1:], marks[2:])]
print(json.dumps({"seconds": min(wall), "cpu_seconds": min(cpu)}))
"""


def last_object(command, threads):
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS="1")
    done = subprocess.run([str(part) for part in command], env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def main():
    options = parser.parse_args()
    ours = [*options.proffer.split(), "bench", "factors", "--data", options.data, "--dimension", options.dimension,
            "--epochs", options.epochs, "--threads", options.threads, "--json"]
    theirs = [sys.executable, "-c", THEIRS, options.data, options.dimension, options.epochs, options.threads]
    ways = {"Proffer, conjugate gradient": ours, "implicit, conjugate gradient (its default)": [*theirs, 1],
            "Proffer, Cholesky": [*ours, "--steps", 0], "implicit, Cholesky": [*theirs, 0]}
    runs = {name: [] for name in ways}
    for _ in range(options.rounds):
        for name, command in ways.items():
            runs[name].append(last_object(command, options.threads))
    best = {name: {key: min(run[key] for run in each) for key in ("seconds", "cpu_seconds")}
            for name, each in runs.items()}
    for name, figures in best.items():
        print(f"{name:45} {figures['seconds']:8.3f} s an epoch, {figures['cpu_seconds']:8.3f} s of processor")
    ratios = {}
    for way in ("conjugate gradient", "Cholesky"):
        theirs = next(figures for name, figures in best.items() if name.startswith(f"implicit, {way}"))
        ratios[way] = {key: best[f"Proffer, {way}"][key] / theirs[key] for key in theirs}
        print(f"{way}: Proffer takes {ratios[way]['seconds']:.2f} times the time of implicit, "
              f"{ratios[way]['cpu_seconds']:.2f} times its processor time")
    if options.json:
        print(json.dumps({"best": best, "ratios": ratios}))


if __name__ == "__main__":
    main()
