# SPDX-License-Identifier: Apache-2.0
"""Makes lifetime_people.csv and lifetime_reference.json with the PyPI package lifetimes.

    pip install lifetimes==0.11.3 && python lifetime_reference.py

The people are synthetic: 1,500 drawn from a BG/NBD process (seeded), spending gamma-gamma.
"""
import csv
import json
import pathlib

import numpy as np
import pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(7)
rows = []
while len(rows) < 1500:
    rate = rng.gamma(0.6, 1 / 25.0)  # purchases a day
    leave = rng.beta(0.9, 3.0)
    age = float(rng.integers(30, 400))
    nu = rng.gamma(3.0, 1 / 8.0)
    t, last, n, values = 0.0, 0.0, 0, []
    while True:
        t += rng.exponential(1 / rate)
        if t > age or n > 200:
            break
        last, n = t, n + 1
        values.append(rng.gamma(4.0, 1 / nu) * 100)
        if rng.random() < leave:
            break
    rows.append((n, round(last, 3), age, round(float(np.mean(values)), 2) if values else 0.0))

with open(here / "lifetime_people.csv", "w", newline="") as out:
    writer = csv.writer(out)
    writer.writerow(["repeats", "last_days", "age_days", "mean_repeat_value"])
    writer.writerows(rows)

people = pd.DataFrame(rows, columns=["x", "last", "age", "value"])
often = BetaGeoFitter(penalizer_coef=0.0)
often.fit(people.x, people["last"], people.age)
buyers = people[(people.x > 0) & (people.value > 0)]
much = GammaGammaFitter(penalizer_coef=0.0)
much.fit(buyers.x, buyers.value)

picks = [0, 1, 2, 10, 50, 100, 500, 777, 1000, 1499]
chosen = people.iloc[picks]
alive = often.conditional_probability_alive(chosen.x, chosen["last"], chosen.age)
expected = often.conditional_expected_number_of_purchases_up_to_time(
    365, chosen.x, chosen["last"], chosen.age)
value = much.conditional_expected_average_profit(chosen.x, chosen.value)
json.dump(
    {
        "bg_nbd": {k: float(v) for k, v in often.params_.items()},
        "log_likelihood": float(-often._negative_log_likelihood_),
        "gamma_gamma": {k: float(v) for k, v in much.params_.items()},
        "picks": picks,
        "alive": [float(v) for v in np.ravel(alive)],
        "expected_365": [float(v) for v in np.ravel(expected)],
        "value": [float(v) for v in np.ravel(value)],
    },
    open(here / "lifetime_reference.json", "w"),
    indent=1,
)
print((here / "lifetime_reference.json").read_text())
