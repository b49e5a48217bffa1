// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.offpolicy;

import dev.proffer.proto.ranker.v1.Decision;
import dev.proffer.proto.ranker.v1.DecisionChoice;
import dev.proffer.proto.ranker.v1.DecisionReward;
import dev.proffer.ranker.decision.DecisionPages;
import io.grpc.Channel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// The last places of lists, which the ranker leaves to chance some of the time: the part of the
/// decision log that can say what another ranking would have earned.
///
/// With probability epsilon the place went to any of a pool, else to the first of the pool. The
/// question to the log is what would have come of it if another model had said which one is first.
/// Lists of two rankers that took turns are not part of it, nor those of nobody, whose rewards
/// cannot be known.
///
/// @param from the decisions, in the order of `log`
/// @param pools the items that could have got the place, as the log's ranker ordered them
/// @param log the decisions; an action is a place in the pool
/// @param epsilons how often the place went to chance
@SuppressWarnings("ArrayRecordComponent") // Columns of a log; never compared, never changed.
public record LastPlaces(
    List<Decision> from, List<List<String>> pools, LoggedDecisions log, double[] epsilons) {
  private static final String POLICY = "last-slot-epsilon-";
  private static final int DECISIONS_MAX = 500_000;
  private static final int POOL_MAX = 500;

  /// Says what another model thinks of items at a decision; only the order matters.
  @FunctionalInterface
  public interface Scorer {
    double[] scores(Decision decision, List<String> items);
  }

  /// Reads what the ranker has logged from a moment on.
  ///
  /// @param reward "clicks", "purchases", "revenue" or "margin", by last touch
  /// @throws IllegalArgumentException when there is no such decision, with the reason
  public static LastPlaces read(Channel ranker, long fromUnixMs, String reward) {
    List<Decision> decisions = new ArrayList<>();
    for (Decision decision : DecisionPages.of(ranker)) {
      if (decision.getDecidedAtUnixMs() >= fromUnixMs && decisions.size() < DECISIONS_MAX) {
        decisions.add(decision);
      }
    }
    return of(decisions, reward);
  }

  /// Picks the places out of decisions.
  public static LastPlaces of(List<Decision> decisions, String reward) {
    List<Decision> from = new ArrayList<>();
    List<List<String>> pools = new ArrayList<>();
    List<Double> epsilons = new ArrayList<>();
    List<Integer> taken = new ArrayList<>();
    List<Double> rewards = new ArrayList<>();
    List<Double> propensities = new ArrayList<>();
    int largest = 1;
    for (Decision decision : decisions) {
      int k = decision.getChoicesCount();
      if (k == 0
          || !decision.getPolicy().startsWith(POLICY)
          || (decision.getUserId().isEmpty() && decision.getSessionId().isEmpty())) {
        continue;
      }
      DecisionChoice last = decision.getChoices(k - 1);
      double epsilon = Double.parseDouble(decision.getPolicy().substring(POLICY.length()));
      int size = poolSize(decision, last, epsilon);
      if (size < 2 || !last.getRanker().isEmpty()) {
        continue;
      }
      List<String> pool = decision.getCandidateItemIdsList().subList(k - 1, k - 1 + size);
      int place = pool.indexOf(last.getItemId());
      if (place < 0) {
        continue;
      }
      from.add(decision);
      pools.add(List.copyOf(pool));
      epsilons.add(epsilon);
      taken.add(place);
      propensities.add(last.getPropensity());
      rewards.add(reward(decision, last.getItemId(), reward));
      largest = Math.max(largest, size);
    }
    if (from.isEmpty()) {
      throw new IllegalArgumentException(
          "no place of a list of somebody was left to chance in "
              + decisions.size()
              + " decisions; see ranker.exploration-epsilon");
    }
    int n = from.size();
    double[][] contexts = new double[n][];
    Arrays.fill(contexts, new double[0]);
    return new LastPlaces(
        List.copyOf(from),
        List.copyOf(pools),
        new LoggedDecisions(
            largest,
            1,
            taken.stream().mapToInt(Integer::intValue).toArray(),
            new int[n],
            rewards.stream().mapToDouble(Double::doubleValue).toArray(),
            propensities.stream().mapToDouble(Double::doubleValue).toArray(),
            contexts),
        epsilons.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /// How many could have got the place: the first of the pool has the propensity `1 - ε + ε / n`,
  /// every other one `ε / n`. 0 when the log does not tell.
  private static int poolSize(Decision decision, DecisionChoice last, double epsilon) {
    int k = decision.getChoicesCount();
    if (!(epsilon > 0) || decision.getCandidateItemIdsCount() < k) {
      return 0;
    }
    boolean first = decision.getCandidateItemIds(k - 1).equals(last.getItemId());
    double share = first ? last.getPropensity() - (1 - epsilon) : last.getPropensity();
    double size = epsilon / share;
    long whole = Math.round(size);
    return whole >= 1
            && whole <= POOL_MAX
            && Math.abs(size - whole) < 1e-6 * whole
            && k - 1 + whole <= decision.getCandidateItemIdsCount()
        ? (int) whole
        : 0;
  }

  private static double reward(Decision decision, String itemId, String metric) {
    double sum = 0;
    for (DecisionReward reward : decision.getRewardsList()) {
      if (reward.getItemId().equals(itemId)) {
        boolean purchase = reward.getEventType().equals("purchase");
        double worth =
            switch (metric) {
              case "clicks" -> reward.getEventType().equals("click") ? 1 : 0;
              case "purchases" -> purchase ? 1 : 0;
              case "revenue" -> purchase ? reward.getRevenueMinorUnits() : 0;
              case "margin" -> purchase ? reward.getMarginMinorUnits() : 0;
              default ->
                  throw new IllegalArgumentException(
                      String.format(
                          Locale.ROOT,
                          "reward: '%s' (expected: clicks, purchases, revenue or margin)",
                          metric));
            };
        sum += worth * reward.getLastTouch();
      }
    }
    return sum;
  }

  /// The policy that leaves the place to chance as often as the log did, and else gives it to the
  /// best of the pool by another model; among equals, to the one that the log's ranker had first.
  public Target target(Scorer scorer) {
    int[] best = new int[log.size()];
    int changed = 0;
    for (int i = 0; i < best.length; i++) {
      double[] scores = scorer.scores(from.get(i), pools.get(i));
      for (int a = 1; a < scores.length; a++) {
        if (scores[a] > scores[best[i]]) {
          best[i] = a;
        }
      }
      changed += best[i] == 0 ? 0 : 1;
    }
    return new Target(
        (decision, action) -> {
          int size = pools.get(decision).size();
          return action >= size
              ? 0
              : (action == best[decision] ? 1 - epsilons[decision] : 0) + epsilons[decision] / size;
        },
        changed / (double) best.length);
  }

  /// A policy, and how often it disagrees with the log's ranker about who is first.
  public record Target(TargetPolicy policy, double disagrees) {}
}
