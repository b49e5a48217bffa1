// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import java.util.Collections;
import java.util.Map;
import java.util.SplittableRandom;

/// Made-up facts of many people in four groups: loyal, new, dormant, and big spenders.
public final class ManyPeople {
  private static final double[][] GROUPS = {
    // recency, frequency, basket, distinct items
    {5, 20, 3000, 60}, {5, 1, 3000, 5}, {300, 1, 3000, 5}, {60, 5, 60_000, 120}
  };

  private ManyPeople() {}

  public static PeopleTable fourGroups(int people, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    String[] ids = new String[people];
    double[][] facts = new double[PersonFact.values().length][people];
    for (double[] column : facts) {
      java.util.Arrays.fill(column, Double.NaN);
    }
    for (int i = 0; i < people; i++) {
      int group = i % 4;
      ids[i] = "%06d-%d".formatted(i, group);
      double[] means = GROUPS[group];
      double frequency = Math.max(1, Math.round(means[1] * Math.exp(random.nextGaussian() / 8)));
      double basket = means[2] * Math.exp(random.nextGaussian() / 6);
      set(facts, PersonFact.RECENCY_DAYS, i, means[0] * Math.exp(random.nextGaussian() / 5));
      set(facts, PersonFact.FREQUENCY, i, frequency);
      set(facts, PersonFact.AVERAGE_BASKET_MINOR_UNITS, i, basket);
      set(facts, PersonFact.MONETARY_MINOR_UNITS, i, basket * frequency);
      set(
          facts,
          PersonFact.DISTINCT_ITEMS,
          i,
          Math.round(means[3] * (0.8 + random.nextDouble() / 2)));
      set(facts, PersonFact.DISCOUNT_AFFINITY, i, 0.25); // the same for all
      set(facts, PersonFact.PURCHASE_DAYS, i, frequency);
      set(facts, PersonFact.PURCHASE_AGE_DAYS, i, means[0] + frequency * 10);
      set(facts, PersonFact.PURCHASE_SPAN_DAYS, i, frequency > 1 ? frequency * 10 : 0);
    }
    return new PeopleTable(
        ids, facts, Collections.nCopies(people, Map.of()), Collections.nCopies(people, Map.of()));
  }

  public static int group(String id) {
    return id.charAt(id.length() - 1) - '0';
  }

  private static void set(double[][] facts, PersonFact fact, int person, double value) {
    facts[fact.ordinal()][person] = value;
  }
}
