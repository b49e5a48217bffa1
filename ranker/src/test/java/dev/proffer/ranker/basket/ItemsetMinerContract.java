// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.basket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// What every miner must do.
interface ItemsetMinerContract {
  ItemsetMiner miner();

  @Test
  default void findsTheSetsOfAWorkedExample() {
    Baskets baskets = baskets("bread,milk", "bread,beer", "bread,milk,beer", "milk");

    assertThat(mine(baskets, 2, 10))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("bread", 3, "milk", 3, "beer", 2, "bread,milk", 2, "beer,bread", 2));
  }

  @Test
  default void countsLikeALoopOverAllSets() {
    for (int seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      int items = 2 + random.nextInt(7);
      List<String> lines = new ArrayList<>();
      for (int basket = 0; basket < 1 + random.nextInt(60); basket++) {
        TreeSet<String> line = new TreeSet<>();
        for (int i = 0; i < 1 + random.nextInt(items); i++) {
          // Skewed, so that trees have long paths as well as many branches.
          line.add("i" + (int) (items * random.nextDouble() * random.nextDouble()));
        }
        lines.add(String.join(",", line));
      }
      Baskets baskets = baskets(lines.toArray(String[]::new));
      int supportMin = 1 + random.nextInt(4);
      int sizeMax = 1 + random.nextInt(6);
      assertThat(mine(baskets, supportMin, sizeMax))
          .as("seed %d", seed)
          .isEqualTo(countAll(lines, items, supportMin, sizeMax));
    }
  }

  @Test
  default void findsNothingInNothing() {
    assertThat(mine(baskets(), 1, 10)).isEmpty();
    assertThat(mine(baskets("a,b"), 2, 10)).isEmpty();
  }

  @Test
  default void refusesLimitsThatMakeNoSense() {
    assertThatThrownBy(() -> mine(baskets("a"), 0, 1)).hasMessageContaining("supportMin: 0");
    assertThatThrownBy(() -> mine(baskets("a"), 1, 0)).hasMessageContaining("sizeMax: 0");
  }

  private Map<String, Integer> mine(Baskets baskets, int supportMin, int sizeMax) {
    Map<String, Integer> found = new TreeMap<>();
    miner()
        .mine(
            baskets,
            supportMin,
            sizeMax,
            (items, size, support) -> {
              String[] labels = new String[size];
              for (int i = 0; i < size; i++) {
                labels[i] = baskets.label(items[i]);
              }
              Arrays.sort(labels);
              assertThat(found.put(String.join(",", labels), support)).as("visited once").isNull();
            });
    return found;
  }

  private static Map<String, Integer> countAll(
      List<String> lines, int items, int supportMin, int sizeMax) {
    Map<String, Integer> counts = new TreeMap<>();
    for (int mask = 1; mask < 1 << items; mask++) {
      if (Integer.bitCount(mask) > sizeMax) {
        continue;
      }
      List<String> set = new ArrayList<>();
      for (int i = 0; i < items; i++) {
        if ((mask >> i & 1) != 0) {
          set.add("i" + i);
        }
      }
      int support = 0;
      for (String line : lines) {
        if (Arrays.asList(line.split(",")).containsAll(set)) {
          support++;
        }
      }
      if (support >= supportMin) {
        counts.put(String.join(",", set), support);
      }
    }
    return counts;
  }

  private static Baskets baskets(String... lines) {
    Baskets.Builder builder = new Baskets.Builder();
    for (String line : lines) {
      builder.add(Arrays.asList(line.split(",")));
    }
    return builder.build();
  }
}
