// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.catalogue;

import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;

/// Gives every item id a small number that stays the same as long as the process lives, so that
/// snapshots, models and indexes can all be plain arrays over the same numbers.
///
/// Numbers are never reused. The table grows with the number of different item ids ever seen.
public final class ItemNumbers {
  public static final int UNKNOWN = -1;

  private final ConcurrentHashMap<String, Integer> numbers = new ConcurrentHashMap<>();
  private volatile String[] ids = new String[1024];
  private volatile int size;

  /// The number of an id, or [#UNKNOWN].
  public int find(String id) {
    Integer number = numbers.get(id);
    return number == null ? UNKNOWN : number;
  }

  /// The number of an id, which gets one when it has none.
  public int intern(String id) {
    Integer number = numbers.get(id);
    return number == null ? add(id) : number;
  }

  public String id(int number) {
    return ids[number];
  }

  /// All numbers are below this.
  public int size() {
    return size;
  }

  private synchronized int add(String id) {
    Integer known = numbers.get(id);
    if (known != null) {
      return known;
    }
    int number = size;
    String[] table = ids;
    if (number == table.length) {
      table = Arrays.copyOf(table, number * 2);
    }
    table[number] = id;
    ids = table;
    size = number + 1;
    numbers.put(id, number);
    return number;
  }
}
