// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.experiment;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.jspecify.annotations.Nullable;

/// Team-draft interleaving (Radlinski, Kurup & Joachims 2008): two rankers fill one list, each item
/// belongs to the ranker that brought it, and clicks vote. It needs far fewer people than a split,
/// because every person compares both.
public final class Interleaving {
  /// One place of the shown list.
  ///
  /// @param first whether the first ranker brought the item
  /// @param propensity the probability of this item here, given the places above: 1/2 where a coin
  ///   decided between two items, else 1
  public record Place(String item, boolean first, double propensity) {}

  /// What the votes say.
  ///
  /// @param firstWins lists in which more items of the first ranker were chosen
  /// @param secondWins lists in which more items of the second were
  /// @param ties lists without a winner; they do not vote
  /// @param pValue the two-sided sign test
  public record Outcome(long firstWins, long secondWins, long ties, double pValue) {}

  private Interleaving() {}

  /// The list to show: in each round a coin says who picks first, and each picks its best item that
  /// is not in the list yet.
  public static List<Place> draft(
      List<String> first, List<String> second, int size, RandomGenerator random) {
    List<Place> places = new ArrayList<>();
    Set<String> shown = new LinkedHashSet<>();
    int[] next = new int[2];
    while (places.size() < size) {
      boolean coin = random.nextBoolean();
      String nextOfFirst = next(first, next, 0, shown);
      String nextOfSecond = next(second, next, 1, shown);
      // Two different items show how the coin fell, and what follows is certain. When both want the
      // same one, the coin shows in the second place only.
      boolean tossed = differ(nextOfFirst, nextOfSecond);
      int before = places.size();
      for (int turn = 0; turn < 2 && places.size() < size; turn++) {
        if (turn == 1 && !tossed && places.size() > before) {
          tossed = differ(next(first, next, 0, shown), next(second, next, 1, shown));
        } else if (turn == 1) {
          tossed = false;
        }
        boolean isFirst = coin == (turn == 0);
        List<String> ranked = isFirst ? first : second;
        String item = next(ranked, next, isFirst ? 0 : 1, shown);
        if (item != null) {
          shown.add(item);
          places.add(new Place(item, isFirst, tossed ? .5 : 1));
        }
      }
      if (places.size() == before) {
        break;
      }
    }
    return List.copyOf(places);
  }

  private static boolean differ(@Nullable String one, @Nullable String other) {
    return one != null && other != null && !one.equals(other);
  }

  private static @Nullable String next(
      List<String> ranked, int[] next, int side, Set<String> shown) {
    while (next[side] < ranked.size() && shown.contains(ranked.get(next[side]))) {
      next[side]++;
    }
    return next[side] < ranked.size() ? ranked.get(next[side]) : null;
  }

  /// 1 when the first ranker won the list, -1 when the second did, 0 for a tie.
  public static int winner(List<Place> places, Set<String> chosen) {
    int lead = 0;
    for (Place place : places) {
      if (chosen.contains(place.item())) {
        lead += place.first() ? 1 : -1;
      }
    }
    return Integer.signum(lead);
  }

  public static Outcome outcome(long firstWins, long secondWins, long ties) {
    if (firstWins < 0 || secondWins < 0 || ties < 0) {
      throw new IllegalArgumentException("votes: they must not be negative");
    }
    int votes = Math.toIntExact(firstWins + secondWins);
    double p = 1;
    if (votes > 0) {
      int fewer = (int) Math.min(firstWins, secondWins);
      p = Math.min(1, 2 * BinomialDistribution.of(votes, .5).cumulativeProbability(fewer));
    }
    return new Outcome(firstWins, secondWins, ties, p);
  }
}
