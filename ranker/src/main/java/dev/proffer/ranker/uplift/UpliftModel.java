// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.uplift;

import dev.proffer.ranker.learning.Examples;

/// Says how much treatment would change a person's outcome. Instances may be used by many threads.
public interface UpliftModel {
  /// The expected outcome with treatment less that without.
  double uplift(double[] person);

  default double[] uplift(Examples people) {
    double[] all = new double[people.rows()];
    double[] row = new double[people.columns()];
    for (int i = 0; i < all.length; i++) {
      people.copyRow(i, row);
      all[i] = uplift(row);
    }
    return all;
  }
}
