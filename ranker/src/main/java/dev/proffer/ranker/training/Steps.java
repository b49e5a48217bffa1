// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// What people did, in the order of time, in columns.
final class Steps {
  private final Map<String, Integer> people = new HashMap<>();
  private final List<String> names = new ArrayList<>();
  private int size;
  private int[] person = new int[1024];
  private int[] item = new int[1024];
  private long[] time = new long[1024];
  private long[] basket = new long[1024];
  private float[] strength = new float[1024];

  void add(String who, int what, long atMillis, long basketKey, double weight) {
    if (size == person.length) {
      int capacity = size * 2;
      person = Arrays.copyOf(person, capacity);
      item = Arrays.copyOf(item, capacity);
      time = Arrays.copyOf(time, capacity);
      basket = Arrays.copyOf(basket, capacity);
      strength = Arrays.copyOf(strength, capacity);
    }
    person[size] =
        people.computeIfAbsent(
            who,
            name -> {
              names.add(name);
              return people.size();
            });
    item[size] = what;
    time[size] = atMillis;
    basket[size] = basketKey;
    strength[size] = (float) weight;
    size++;
  }

  /// Sorts by time; steps of the same instant stay in the order in which they came.
  void sort() {
    boolean sorted = true;
    for (int i = 1; i < size && sorted; i++) {
      sorted = time[i - 1] <= time[i];
    }
    if (sorted) {
      return;
    }
    int[] order =
        IntStream.range(0, size)
            .boxed()
            .sorted(Comparator.comparingLong(i -> time[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    person = permuted(person, order);
    item = permuted(item, order);
    long[] times = new long[size];
    long[] baskets = new long[size];
    float[] strengths = new float[size];
    for (int i = 0; i < size; i++) {
      times[i] = time[order[i]];
      baskets[i] = basket[order[i]];
      strengths[i] = strength[order[i]];
    }
    time = times;
    basket = baskets;
    strength = strengths;
  }

  int size() {
    return size;
  }

  int people() {
    return people.size();
  }

  /// The number of a person, or -1.
  int find(String who) {
    return people.getOrDefault(who, -1);
  }

  /// The id of a person; of a session with `s:` before it.
  String who(int person) {
    return names.get(person);
  }

  int person(int i) {
    return person[i];
  }

  int item(int i) {
    return item[i];
  }

  long time(int i) {
    return time[i];
  }

  long basket(int i) {
    return basket[i];
  }

  double strength(int i) {
    return strength[i];
  }

  /// The first step at or after this share of all steps that begins a new instant, so that no order
  /// is on both sides of a cut.
  int cut(double share) {
    int i = (int) (size * share);
    while (i > 0 && i < size && time[i] == time[i - 1]) {
      i++;
    }
    return i;
  }

  private int[] permuted(int[] column, int[] order) {
    int[] result = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      result[i] = column[order[i]];
    }
    return result;
  }
}
