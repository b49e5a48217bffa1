// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/// Questions with known answers: for each basket of a period, what the person had done before it
/// and which new items were in it.
final class Cases {
  /// One question.
  ///
  /// @param history items before the basket, newest first, without repeats
  /// @param seen all items before the basket, sorted
  /// @param targets items of the basket that the person had not dealt with before
  /// @param strengths how much the person wanted each target
  /// @param who the person; `s:` and the session of somebody who was not signed in
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody; arrays are what the loops need.
  record Case(
      int[] history, int[] seen, int[] targets, float[] strengths, long atMillis, String who) {
    boolean isNew(int item) {
      return Arrays.binarySearch(seen, item) < 0;
    }
  }

  private Cases() {}

  /// The cases of steps `from` to `to`, thinned out evenly to at most `max`.
  ///
  /// @param known whether an item can be recommended at all
  static List<Case> of(Steps steps, int from, int to, int historyMax, int max, IntPredicate known) {
    // 1. The steps of each person, in order.
    int[] starts = new int[steps.people() + 1];
    for (int i = 0; i < to; i++) {
      starts[steps.person(i) + 1]++;
    }
    for (int p = 0; p < steps.people(); p++) {
      starts[p + 1] += starts[p];
    }
    int[] byPerson = new int[to];
    int[] next = Arrays.copyOf(starts, steps.people());
    for (int i = 0; i < to; i++) {
      byPerson[next[steps.person(i)]++] = i;
    }
    // 2. Baskets inside the period whose person has a past.
    List<int[]> baskets = new ArrayList<>();
    for (int p = 0; p < steps.people(); p++) {
      int i = starts[p];
      while (i < starts[p + 1]) {
        int end = i + 1;
        while (end < starts[p + 1] && steps.basket(byPerson[end]) == steps.basket(byPerson[i])) {
          end++;
        }
        if (byPerson[i] >= from && i > starts[p]) {
          baskets.add(new int[] {starts[p], i, end});
        }
        i = end;
      }
    }
    // 3. Questions, evenly thinned out.
    List<Case> cases = new ArrayList<>();
    double stride = Math.max(1, (double) baskets.size() / max);
    for (double at = 0; at < baskets.size(); at += stride) {
      int[] basket = baskets.get((int) at);
      int[] seen = new int[basket[1] - basket[0]];
      for (int i = 0; i < seen.length; i++) {
        seen[i] = steps.item(byPerson[basket[0] + i]);
      }
      int[] history = newestFirst(seen, historyMax);
      Arrays.sort(seen);
      int[] targets = new int[basket[2] - basket[1]];
      float[] strengths = new float[targets.length];
      int count = 0;
      for (int i = basket[1]; i < basket[2]; i++) {
        int item = steps.item(byPerson[i]);
        float strength = (float) steps.strength(byPerson[i]);
        boolean repeated = false;
        for (int j = 0; j < count && !repeated; j++) {
          repeated = targets[j] == item;
          strengths[j] = repeated ? Math.max(strengths[j], strength) : strengths[j];
        }
        if (!repeated && known.test(item) && Arrays.binarySearch(seen, item) < 0) {
          strengths[count] = strength;
          targets[count++] = item;
        }
      }
      if (count > 0) {
        cases.add(
            new Case(
                history,
                seen,
                Arrays.copyOf(targets, count),
                Arrays.copyOf(strengths, count),
                steps.time(byPerson[basket[1]]),
                steps.who(steps.person(byPerson[basket[1]]))));
      }
    }
    return cases;
  }

  private static int[] newestFirst(int[] items, int max) {
    int[] result = new int[Math.min(max, items.length)];
    int count = 0;
    for (int i = items.length - 1; i >= 0 && count < result.length; i--) {
      boolean repeated = false;
      for (int j = 0; j < count && !repeated; j++) {
        repeated = result[j] == items[i];
      }
      if (!repeated) {
        result[count++] = items[i];
      }
    }
    return Arrays.copyOf(result, count);
  }
}
