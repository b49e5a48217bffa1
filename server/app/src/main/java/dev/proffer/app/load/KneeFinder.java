// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.load;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Finds the highest rate at which a promise is kept: first by doubling, then by halving what is
/// between the last rate that kept it and the first that did not.
public final class KneeFinder {
  private static final double OK_MIN = 0.999;
  private static final int HALVINGS = 4;
  private static final int DOUBLINGS = 12;

  private final Trial trial;
  private final double p99Millis;

  /// Runs one rate.
  public interface Trial {
    LoadResult run(double rate) throws IOException, InterruptedException;
  }

  /// A search with this trial.
  ///
  /// @param p99Millis what one request in a hundred may take at most
  public KneeFinder(Trial trial, double p99Millis) {
    this.trial = trial;
    this.p99Millis = p99Millis;
  }

  /// What a search found.
  ///
  /// @param rate the highest that kept the promise; 0 when none did
  /// @param trials all runs, in their order
  public record Knee(double rate, List<LoadResult> trials) {}

  /// Searches upwards from a rate.
  public Knee find(double start) throws IOException, InterruptedException {
    List<LoadResult> trials = new ArrayList<>();
    double kept = 0;
    double broken = Double.POSITIVE_INFINITY;
    double rate = start;
    for (int i = 0; i < DOUBLINGS && Double.isInfinite(broken); i++) {
      if (keeps(rate, trials)) {
        kept = rate;
        rate *= 2;
      } else {
        broken = rate;
      }
    }
    for (int i = 0; i < HALVINGS && kept > 0 && !Double.isInfinite(broken); i++) {
      double middle = Math.rint((kept + broken) / 2);
      if (keeps(middle, trials)) {
        kept = middle;
      } else {
        broken = middle;
      }
    }
    return new Knee(kept, trials);
  }

  private boolean keeps(double rate, List<LoadResult> trials)
      throws IOException, InterruptedException {
    LoadResult result = trial.run(rate);
    trials.add(result);
    return keeps(result);
  }

  /// Whether a run kept the promise.
  public boolean keeps(LoadResult result) {
    return result.isValid() && result.okShare() >= OK_MIN && result.latency().p99() <= p99Millis;
  }
}
