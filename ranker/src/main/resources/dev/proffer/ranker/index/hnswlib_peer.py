# SPDX-License-Identifier: Apache-2.0
"""The C++ hnswlib, asked over standard input.

usage: hnswlib_peer.py FOLDER DIMENSION SPACE LINKS CONSTRUCTION K

FOLDER holds base.f32, queries.f32 (float32, row by row) and truth.i32 (k numbers a query).
Every line read is a search width; every line written is a JSON object with the recall and the
queries a second of CPU time of one thread. The first line says what was built.
"""
import json
import os
import sys
import time

import hnswlib
import numpy

folder, dimension, space, links, construction, k = sys.argv[1:]
dimension, links, construction, k = int(dimension), int(links), int(construction), int(k)
base = numpy.fromfile(os.path.join(folder, "base.f32"), dtype="<f4").reshape(-1, dimension)
queries = numpy.fromfile(os.path.join(folder, "queries.f32"), dtype="<f4").reshape(-1, dimension)
truth = numpy.fromfile(os.path.join(folder, "truth.i32"), dtype="<i4").reshape(-1, k)

index = hnswlib.Index(space=space, dim=dimension)
index.init_index(max_elements=len(base), M=links, ef_construction=construction)
index.set_num_threads(1)
started = time.process_time()
index.add_items(base, num_threads=1)
built = time.process_time() - started
path = os.path.join(folder, "cpp.index")
index.save_index(path)
print(json.dumps({"built_seconds": built, "bytes": os.path.getsize(path)}), flush=True)
os.remove(path)

for line in sys.stdin:
    index.set_ef(max(int(line), k))
    started = time.process_time()
    found, _ = index.knn_query(queries, k=k, num_threads=1)
    seconds = time.process_time() - started
    hits = sum(len(numpy.intersect1d(a, b, assume_unique=True)) for a, b in zip(found, truth))
    print(json.dumps({"recall": hits / truth.size, "qps": len(queries) / seconds}), flush=True)
