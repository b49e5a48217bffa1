# SPDX-License-Identifier: Apache-2.0
"""Compares K-means of Proffer with scikit-learn on the same generated points, one thread each.

    pip install scikit-learn==1.9.1
    ./proffer bench insight --points 100000 --write points.csv --json | tail -1 > ours.json
    python kmeans_time.py points.csv ours.json

Both take the best of eight starts; time is that of the processor.
"""
import json
import os
import sys
import time

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
import numpy as np
from sklearn.cluster import KMeans

points = np.loadtxt(sys.argv[1], delimiter=",")
ours = json.load(open(sys.argv[2]))
KMeans(ours["k"], n_init=1, random_state=1).fit(points)
start = time.process_time()
fitted = KMeans(ours["k"], n_init=8, random_state=0).fit(points)
seconds = time.process_time() - start
print(json.dumps({
    "theirs_inertia": fitted.inertia_, "theirs_seconds": seconds,
    "inertia_ratio": ours["inertia"] / fitted.inertia_, "time_ratio": ours["seconds"] / seconds,
}))
