// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleBiFunction;
import org.jspecify.annotations.Nullable;

/// Keeps a list from being all of one kind: maximal marginal relevance (Carbonell and Goldstein
/// 1998), and quotas for categories and brands.
///
/// Place by place it takes the item with the most of `(1 - strength) · value - strength ·
/// likeness`, where values are shares of the best and likeness is that to the most alike item
/// above. An item whose category or brand has its share already waits until nothing else is left: a
/// list is never shorter for it.
///
/// @param strength 0 orders by value alone, 1 by unlikeness alone
/// @param categoryShare the share of the places that one category may have; 1 is no quota
/// @param brandShare the same for a brand
public record Diversity(double strength, double categoryShare, double brandShare) {
  public static final Diversity NONE = new Diversity(0, 1, 1);

  // Further down nothing is relevant enough to come up for being different.
  private static final int POOL_PER_PLACE = 5;

  boolean isNone() {
    return strength == 0 && categoryShare >= 1 && brandShare >= 1;
  }

  /// The items in their new order: the first `k` places are chosen, the others keep their order.
  ///
  /// @param ranked best first
  /// @param likeness of two items, from 0 to 1
  List<Scored> arrange(List<Scored> ranked, int k, ToDoubleBiFunction<Scored, Scored> likeness) {
    if (isNone() || ranked.size() <= 1) {
      return ranked;
    }
    double best = Math.max(ranked.getFirst().value(), Double.MIN_NORMAL);
    int pool = Math.min(ranked.size(), k * POOL_PER_PLACE);
    @Nullable Scored[] waiting = ranked.subList(0, pool).toArray(Scored[]::new);
    double[] alike = new double[pool];
    Map<String, Integer> categories = new HashMap<>();
    Map<String, Integer> brands = new HashMap<>();
    int categoryMax = quota(categoryShare, k);
    int brandMax = quota(brandShare, k);
    List<Scored> arranged = new ArrayList<>(ranked.size());
    while (arranged.size() < Math.min(k, pool)) {
      int chosen = -1;
      boolean chosenFits = false;
      double chosenWorth = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < pool; i++) {
        Scored each = waiting[i];
        if (each == null) {
          continue;
        }
        boolean fits =
            hasRoom(categories, each.item().category(), categoryMax)
                && hasRoom(brands, each.item().brand(), brandMax);
        double worth = (1 - strength) * each.value() / best - strength * alike[i];
        if ((fits && !chosenFits) || (fits == chosenFits && worth > chosenWorth)) {
          chosen = i;
          chosenFits = fits;
          chosenWorth = worth;
        }
      }
      Scored taken = waiting[chosen];
      if (taken == null) {
        break;
      }
      waiting[chosen] = null;
      arranged.add(taken);
      categories.merge(taken.item().category(), 1, Integer::sum);
      brands.merge(taken.item().brand(), 1, Integer::sum);
      for (int i = 0; i < pool && strength > 0; i++) {
        Scored each = waiting[i];
        if (each != null) {
          alike[i] = Math.max(alike[i], likeness.applyAsDouble(taken, each));
        }
      }
    }
    for (Scored each : waiting) {
      if (each != null) {
        arranged.add(each);
      }
    }
    arranged.addAll(ranked.subList(pool, ranked.size()));
    return arranged;
  }

  private static int quota(double share, int k) {
    return share >= 1 ? Integer.MAX_VALUE : Math.max(1, (int) Math.floor(share * k));
  }

  /// Items without a category or brand are of no kind.
  private static boolean hasRoom(Map<String, Integer> counts, String kind, int max) {
    return kind.isEmpty() || counts.getOrDefault(kind, 0) < max;
  }
}
