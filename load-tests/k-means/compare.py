# SPDX-License-Identifier: Apache-2.0
"""Clusters the same points with Proffer and with scikit-learn, in turns, and prints both beside each other."""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--proffer", default="./proffer")
parser.add_argument("--points", type=int, default=100_000)
parser.add_argument("--k", default="4,8,16", help="numbers of clusters")
parser.add_argument("--starts", type=int, default=8, help="of which the best counts")
parser.add_argument("--rounds", type=int, default=3, help="of which the fastest of each counts")
parser.add_argument("--threads", default="1,2", help="threads of both")
parser.add_argument("--json", action="store_true")

THEIRS = """
import json, sys, time
import numpy as np
from sklearn.cluster import KMeans
points = np.loadtxt(sys.argv[1], delimiter=",")
k, starts, seed = map(int, sys.argv[2:])
KMeans(k, n_init=1, random_state=100).fit(points)
cpu, wall = time.process_time(), time.perf_counter()
fitted = KMeans(k, n_init=starts, random_state=seed).fit(points)
print(json.dumps({"inertia": fitted.inertia_, "seconds": time.perf_counter() - wall,
                  "cpu_seconds": time.process_time() - cpu}))
"""


def last_object(command, threads):
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads))
    done = subprocess.run([str(part) for part in command], env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def main():
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        points = pathlib.Path(folder) / "points.csv"
        for k in map(int, options.k.split(",")):
            for threads in map(int, options.threads.split(",")):
                ours, theirs = [], []
                for seed in range(options.rounds):
                    ours.append(last_object(
                        [options.proffer, "bench", "insight", "--points", options.points, "--k", k, "--starts",
                         options.starts, "--threads", threads, "--write", points, "--json"], threads))
                    theirs.append(last_object(
                        [sys.executable, "-c", THEIRS, points, k, options.starts, seed], threads))
                best = {name: [min(run[name] for run in runs) for runs in (ours, theirs)]
                        for name in ("inertia", "seconds", "cpu_seconds")}
                rows.append({"k": k, "threads": threads, "inertia_ratio": best["inertia"][0] / best["inertia"][1],
                             "seconds": best["seconds"][0], "their_seconds": best["seconds"][1],
                             "time_ratio": best["seconds"][0] / best["seconds"][1],
                             "cpu_ratio": best["cpu_seconds"][0] / best["cpu_seconds"][1]})
    print(f"{options.points:,} points, best of {options.starts} starts; fastest of {options.rounds} rounds")
    print(" k threads  inertia/theirs  seconds  theirs  time/theirs  processor/theirs")
    for row in rows:
        print("{k:2d} {threads:7d}  {inertia_ratio:14.5f}  {seconds:7.3f}  {their_seconds:6.3f}  {time_ratio:11.2f}"
              "  {cpu_ratio:16.2f}".format(**row))
    if options.json:
        print(json.dumps(rows))


main()
