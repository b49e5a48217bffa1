// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.training;

import java.util.Arrays;

/// What each person had done before a moment.
final class Histories {
  private final Steps steps;
  private final int historyMax;
  // Steps by person, in the order of time.
  private final int[] starts;
  private final int[] byPerson;

  Histories(Steps steps, int historyMax) {
    this.steps = steps;
    this.historyMax = historyMax;
    this.starts = new int[steps.people() + 1];
    for (int i = 0; i < steps.size(); i++) {
      starts[steps.person(i) + 1]++;
    }
    for (int p = 0; p < steps.people(); p++) {
      starts[p + 1] += starts[p];
    }
    this.byPerson = new int[steps.size()];
    int[] next = Arrays.copyOf(starts, steps.people());
    for (int i = 0; i < steps.size(); i++) {
      byPerson[next[steps.person(i)]++] = i;
    }
  }

  /// The latest items before a moment, newest first, without repeats.
  int[] before(String who, long atUnixMs) {
    int person = steps.find(who);
    if (person < 0) {
      return new int[0];
    }
    int[] history = new int[historyMax];
    int count = 0;
    for (int i = starts[person + 1] - 1; i >= starts[person] && count < historyMax; i--) {
      int step = byPerson[i];
      if (steps.time(step) >= atUnixMs) {
        continue;
      }
      boolean repeated = false;
      for (int j = 0; j < count && !repeated; j++) {
        repeated = history[j] == steps.item(step);
      }
      if (!repeated) {
        history[count++] = steps.item(step);
      }
    }
    return Arrays.copyOf(history, count);
  }
}
