// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.progress;

/// Listens to long work: a bar on a terminal, plain lines elsewhere, nothing in most tests.
public interface Progress {
  /// The total of a step whose size is not known beforehand.
  long UNKNOWN_TOTAL = -1;

  /// Begins a step such as "reading orders" that will handle so many units, such as "lines".
  Step begin(String step, long total, String unit);

  /// One step of the work. Calls may come from any thread, but one at a time.
  interface Step extends AutoCloseable {
    /// Says that so many more units are done.
    void advance(long units);

    /// Ends the step, done or not.
    @Override
    void close();
  }

  /// Listens to nothing.
  static Progress silent() {
    return (step, total, unit) ->
        new Step() {
          @Override
          public void advance(long units) {}

          @Override
          public void close() {}
        };
  }
}
