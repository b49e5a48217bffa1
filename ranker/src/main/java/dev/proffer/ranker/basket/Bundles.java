// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.basket;

import dev.proffer.ranker.basket.RuleMiner.Rule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToLongFunction;

/// Sets of items to sell together, from association rules.
///
/// A bundle wins baskets that hold all of it but one item, and costs its discount in those that
/// would have held all of it anyway. The suggested price gives away what is won when one in ten of
/// the incomplete baskets is completed, and at most a fifth of the list price.
public final class Bundles {
  private static final double COMPLETED = 0.1;
  private static final double DISCOUNT_MAX = 0.2;
  private static final double DISCOUNT_MIN = 0.01;

  private Bundles() {}

  /// One bundle.
  ///
  /// @param baskets baskets that held all of it
  /// @param incompleteBaskets baskets that lacked only its last item
  /// @param gain what completing one in ten of the incomplete baskets would sell, at list prices,
  ///   discounted by how much of the rule is chance
  public record Bundle(
      List<String> items,
      long baskets,
      long incompleteBaskets,
      double lift,
      long listPrice,
      long suggestedPrice,
      double gain) {}

  /// The bundles with the largest gain.
  ///
  /// @param within at least one of these items is in the bundle; an empty set asks for nothing
  /// @param price the list price of an item in minor units; 0 when it is not known, and then the
  ///   item is in no bundle
  public static List<Bundle> suggest(
      RuleBook rules, Set<String> within, ToLongFunction<String> price, int max) {
    List<Bundle> bundles = new ArrayList<>();
    for (Rule rule : rules.rules()) {
      Set<String> items = new TreeSet<>(rule.when());
      items.add(rule.then());
      long list = 0;
      boolean priced = true;
      for (String item : items) {
        long one = price.applyAsLong(item);
        priced &= one > 0;
        list += one;
      }
      boolean wanted = within.isEmpty() || items.stream().anyMatch(within::contains);
      if (rule.when().isEmpty() || !priced || !wanted) {
        continue;
      }
      long incomplete = Math.round(rule.baskets() / rule.confidence()) - rule.baskets();
      double won = COMPLETED * incomplete * price.applyAsLong(rule.then());
      double discount = won / ((rule.baskets() + COMPLETED * incomplete) * list);
      if (discount < DISCOUNT_MIN) {
        continue;
      }
      long suggested = Math.round(list * (1 - Math.min(DISCOUNT_MAX, discount)));
      bundles.add(
          new Bundle(
              List.copyOf(items),
              rule.baskets(),
              incomplete,
              rule.lift(),
              list,
              suggested,
              won * (1 - 1 / rule.lift())));
    }
    bundles.sort(
        Comparator.comparingDouble(Bundle::gain)
            .reversed()
            .thenComparing(bundle -> String.join(",", bundle.items())));
    List<Bundle> different = new ArrayList<>();
    Set<List<String>> seen = new HashSet<>();
    for (Bundle bundle : bundles) {
      if (different.size() < max && seen.add(bundle.items())) {
        different.add(bundle);
      }
    }
    return different;
  }
}
