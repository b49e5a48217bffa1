// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.training;

/// Listens to training, so that a command line can draw a bar.
public interface TrainingProgress {
  /// Begins a step such as "reading events" of so many units; -1 when that is not known.
  Step begin(String step, long total, String unit);

  /// One step. Calls come one at a time.
  interface Step extends AutoCloseable {
    void advance(long units);

    @Override
    void close();
  }

  /// Listens to nothing.
  static TrainingProgress silent() {
    return (_, _, _) ->
        new Step() {
          @Override
          public void advance(long units) {}

          @Override
          public void close() {}
        };
  }
}
