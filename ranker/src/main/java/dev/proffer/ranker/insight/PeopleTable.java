// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import dev.proffer.ranker.insight.lifetime.RepeatHistory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Facts of many people in columns; row order is the order of ids.
///
/// A fact that does not exist for a person is NaN here, and only here: whoever shows or sends facts
/// says what stands in for it.
@SuppressWarnings("EnumOrdinal") // The columns live only as long as the table.
public final class PeopleTable {
  private final String[] ids;
  private final double[][] facts;
  private final List<Map<String, Double>> categories;
  private final List<Map<String, Double>> brands;

  PeopleTable(
      String[] ids,
      double[][] facts,
      List<Map<String, Double>> categories,
      List<Map<String, Double>> brands) {
    this.ids = ids;
    this.facts = facts;
    this.categories = categories;
    this.brands = brands;
  }

  public int size() {
    return ids.length;
  }

  public String id(int person) {
    return ids[person];
  }

  /// The row of a person, or -1.
  public int find(String id) {
    int row = Arrays.binarySearch(ids, id);
    return row < 0 ? -1 : row;
  }

  /// A fact of a person; NaN when it does not exist.
  public double get(PersonFact fact, int person) {
    return facts[fact.ordinal()][person];
  }

  /// A copy of one column.
  public double[] column(PersonFact fact) {
    return facts[fact.ordinal()].clone();
  }

  /// Decayed shares of interest by category, which sum to 1 or are empty.
  public Map<String, Double> categories(int person) {
    return categories.get(person);
  }

  /// Decayed shares of interest by brand, which sum to 1 or are empty.
  public Map<String, Double> brands(int person) {
    return brands.get(person);
  }

  /// What the models of lifetime value know of a person; a person who never bought has none.
  public RepeatHistory history(int person) {
    double days = get(PersonFact.PURCHASE_DAYS, person);
    if (!(days > 0)) {
      throw new IllegalArgumentException(ids[person] + " has not bought (expected: a buyer)");
    }
    double mean = get(PersonFact.MEAN_REPEAT_VALUE, person);
    return new RepeatHistory(
        (int) days - 1,
        get(PersonFact.PURCHASE_SPAN_DAYS, person),
        get(PersonFact.PURCHASE_AGE_DAYS, person),
        Double.isNaN(mean) ? 0 : Math.max(0, mean));
  }

  public boolean isBuyer(int person) {
    return get(PersonFact.PURCHASE_DAYS, person) > 0;
  }

  void set(PersonFact fact, int person, double value) {
    facts[fact.ordinal()][person] = value;
  }
}
