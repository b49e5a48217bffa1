// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.shop;

import dev.proffer.app.shop.Assortment.Category;
import java.util.ArrayList;
import java.util.List;

/// Which items belong together: for each item a few alternatives (things like it, looked at one
/// after the other) and a few companions (what people buy with or after it). This is the structure
/// that sequence and co-occurrence models are to find.
final class Companions {
  private static final int ALTERNATIVES = 5;
  private static final int COMPANIONS = 4;

  /// The first ones are followed most often.
  private static final double[] FOLLOWED =
      Dice.runningSums(new double[] {0.42, 0.26, 0.16, 0.1, 0.06});

  private final List<int[]> alternatives = new ArrayList<>();
  private final List<int[]> companions = new ArrayList<>();

  Companions(Assortment assortment, List<ShopItem> items, List<int[]> byCategory, long seed) {
    Dice dice = new Dice(seed, "companions");
    for (int i = 0; i < items.size(); i++) {
      ShopItem item = items.get(i);
      Category category = assortment.categories().get(item.category());
      alternatives.add(
          choose(i, items, List.of(byCategory.get(item.category())), ALTERNATIVES, dice));
      List<int[]> pools = new ArrayList<>();
      category.with().forEach(with -> pools.add(byCategory.get(with)));
      companions.add(choose(i, items, pools, COMPANIONS, dice));
    }
  }

  int alternative(int item, Dice dice) {
    return pick(alternatives.get(item), dice);
  }

  int companion(int item, Dice dice) {
    return pick(companions.get(item), dice);
  }

  private static int pick(int[] candidates, Dice dice) {
    return candidates[Math.min(candidates.length - 1, dice.weighted(FOLLOWED))];
  }

  /// Takes from the pools in turn, so that what goes with an item is of several categories.
  private static int[] choose(
      int to, List<ShopItem> items, List<int[]> pools, int count, Dice dice) {
    int[] chosen = new int[count];
    for (int n = 0; n < count; n++) {
      int[] pool = pools.get(n % pools.size());
      double[] weights = new double[pool.length];
      for (int i = 0; i < pool.length; i++) {
        weights[i] = contains(chosen, n, pool[i]) || pool[i] == to ? 0 : fit(items, to, pool[i]);
      }
      chosen[n] = pool[dice.weighted(Dice.runningSums(weights))];
    }
    return chosen;
  }

  private static double fit(List<ShopItem> items, int to, int candidate) {
    ShopItem a = items.get(to);
    ShopItem b = items.get(candidate);
    if (b.item().getHidden()) {
      return 1e-9;
    }
    double fit = StrictMath.exp(-5 * Math.abs(a.priceBand() - b.priceBand()));
    fit *= a.brand() == b.brand() ? 2.5 : 1;
    fit *= a.category() == b.category() && a.thing() == b.thing() ? 2 : 1;
    return fit * StrictMath.sqrt(b.appeal());
  }

  private static boolean contains(int[] chosen, int count, int item) {
    for (int i = 0; i < count; i++) {
      if (chosen[i] == item) {
        return true;
      }
    }
    return false;
  }
}
