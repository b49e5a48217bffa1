// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.basket;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Numbers for items, in the order in which they were first seen.
final class Labels {
  private final Map<String, Integer> numbers = new HashMap<>();
  private final List<String> labels = new ArrayList<>();

  /// The number of an item, a new one if it has none yet.
  int number(String label) {
    Integer known = numbers.putIfAbsent(label, labels.size());
    if (known != null) {
      return known;
    }
    labels.add(label);
    return labels.size() - 1;
  }

  String label(int number) {
    return labels.get(number);
  }

  int size() {
    return labels.size();
  }

  String[] toArray() {
    return labels.toArray(String[]::new);
  }
}
