# SPDX-License-Identifier: Apache-2.0
"""Makes kmeans_points.csv and kmeans_reference.json with scikit-learn.

    pip install scikit-learn==1.9.1 && python kmeans_reference.py

The points are synthetic: five groups of different size and spread in four dimensions, and noise.
"""
import json
import pathlib

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(3)
centres = rng.normal(0, 3, (5, 4))
parts = [rng.normal(c, s, (n, 4)) for c, s, n in zip(centres, [0.5, 1, 1.5, 0.8, 1], [400, 300, 150, 100, 50])]
points = np.round(np.vstack(parts + [rng.uniform(-6, 6, (50, 4))]), 4)
np.savetxt(here / "kmeans_points.csv", points, fmt="%.4f", delimiter=",")

reference = {"inertia": {}, "silhouette": {}}
for k in [2, 3, 5, 8, 12]:
    fitted = KMeans(k, n_init=20, random_state=0).fit(points)
    reference["inertia"][str(k)] = float(fitted.inertia_)
    reference["silhouette"][str(k)] = float(silhouette_score(points, fitted.labels_))
a = KMeans(5, n_init=20, random_state=0).fit(points).labels_
b = KMeans(8, n_init=20, random_state=0).fit(points).labels_
reference["rand"] = {
    "left": a[:60].tolist(), "right": b[:60].tolist(),
    "adjusted": float(adjusted_rand_score(a[:60], b[:60])),
}
json.dump(reference, open(here / "kmeans_reference.json", "w"), indent=1)
print(reference["inertia"], reference["silhouette"])
