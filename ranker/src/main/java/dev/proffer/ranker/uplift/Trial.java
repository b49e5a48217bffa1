// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.uplift;

import dev.proffer.ranker.learning.Examples;

/// People of whom some were treated: what was known before, who was treated, and the outcome as the
/// label of the examples.
public final class Trial {
  private final Examples people;
  private final boolean[] treated;

  public Trial(Examples people, boolean[] treated) {
    if (treated.length != people.rows()) {
      throw new IllegalArgumentException(
          "treated: " + treated.length + " (expected: one a row = " + people.rows() + ")");
    }
    this.people = people;
    this.treated = treated.clone();
  }

  public Examples people() {
    return people;
  }

  public int size() {
    return treated.length;
  }

  public boolean isTreated(int row) {
    return treated[row];
  }

  public double outcome(int row) {
    return people.label(row);
  }

  /// The treated, or the others.
  public Examples group(boolean ofTreated) {
    return people.where(row -> treated[row] == ofTreated);
  }

  public double treatedShare() {
    int count = 0;
    for (boolean one : treated) {
      count += one ? 1 : 0;
    }
    return (double) count / treated.length;
  }

  /// The people with these numbers, in this order.
  public Trial at(int[] rows) {
    boolean[] chosen = new boolean[rows.length];
    for (int i = 0; i < rows.length; i++) {
      chosen[i] = treated[rows[i]];
    }
    return new Trial(people.at(rows), chosen);
  }
}
