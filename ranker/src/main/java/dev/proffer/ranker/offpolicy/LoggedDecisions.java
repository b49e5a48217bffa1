// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.offpolicy;

/// Decisions of a policy that ran, column by column: what was chosen, with which probability, and
/// what it earned.
///
/// @param actions number of actions that exist
/// @param positions number of positions in which an action is shown
/// @param action the choice, from 0
/// @param position where it was shown, from 0
/// @param reward what followed
/// @param propensity the probability with which the choice was made, above 0
/// @param context features of the moment, one row a decision; rows may be empty
@SuppressWarnings("ArrayRecordComponent") // Columns of a log; never compared, never changed.
public record LoggedDecisions(
    int actions,
    int positions,
    int[] action,
    int[] position,
    double[] reward,
    double[] propensity,
    double[][] context) {
  /// Most actions; estimators that model rewards keep a square matrix of them.
  public static final int ACTIONS_MAX = 2_000;

  public LoggedDecisions {
    int size = action.length;
    if (size == 0) {
      throw new IllegalArgumentException("decisions: the log is empty");
    }
    if (actions < 1 || actions > ACTIONS_MAX) {
      throw new IllegalArgumentException(
          "actions: " + actions + " (expected: 1 to " + ACTIONS_MAX + ")");
    }
    if (positions < 1) {
      throw new IllegalArgumentException("positions: " + positions + " (expected: 1 or more)");
    }
    if (position.length != size
        || reward.length != size
        || propensity.length != size
        || context.length != size) {
      throw new IllegalArgumentException("columns: lengths differ");
    }
    for (int i = 0; i < size; i++) {
      if (action[i] < 0 || action[i] >= actions) {
        throw invalid(i, "action", action[i], "0 to " + (actions - 1));
      }
      if (position[i] < 0 || position[i] >= positions) {
        throw invalid(i, "position", position[i], "0 to " + (positions - 1));
      }
      if (!Double.isFinite(reward[i])) {
        throw invalid(i, "reward", reward[i], "a finite number");
      }
      // Without its probability a decision says nothing about other policies.
      if (!(propensity[i] > 0 && propensity[i] <= 1)) {
        throw invalid(i, "propensity", propensity[i], "above 0, at most 1");
      }
      if (context[i].length != context[0].length) {
        throw invalid(i, "context", context[i].length, context[0].length + " features");
      }
      for (double feature : context[i]) {
        if (!Double.isFinite(feature)) {
          throw invalid(i, "context", feature, "finite numbers");
        }
      }
    }
  }

  public int size() {
    return action.length;
  }

  private static IllegalArgumentException invalid(
      int row, String column, Object value, String expected) {
    return new IllegalArgumentException(
        "decision " + row + ", " + column + ": " + value + " (expected: " + expected + ")");
  }
}
