// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.load;

import java.util.Locale;

/// When requests are due. It knows nothing of replies: that is what makes a loop open.
public sealed interface Schedule {
  /// How long it takes.
  double seconds();

  /// Requests that are due up to a moment, as a real number.
  double dueBy(double second);

  /// Requests in all.
  default int count() {
    return (int) Math.floor(dueBy(seconds()) + 1e-9);
  }

  /// When a request is due, in nanoseconds from the start.
  long dueNanos(int number);

  /// One line for reports.
  String describe();

  /// The same number each second.
  record Constant(double rate, double seconds) implements Schedule {
    public Constant {
      check(rate, seconds);
    }

    @Override
    public double dueBy(double second) {
      return rate * second;
    }

    @Override
    public long dueNanos(int number) {
      return Math.round(number / rate * 1e9);
    }

    @Override
    public String describe() {
      return String.format(Locale.ROOT, "%.0f/s for %.0f s", rate, seconds);
    }
  }

  /// A straight line from one rate to another.
  record Line(double from, double to, double seconds) implements Schedule {
    public Line {
      check(from, seconds);
      check(to, seconds);
    }

    @Override
    public double dueBy(double second) {
      return from * second + (to - from) * second * second / (2 * seconds);
    }

    @Override
    public long dueNanos(int number) {
      double slope = (to - from) / seconds;
      double second =
          Math.abs(slope) < 1e-12
              ? number / from
              : (Math.sqrt(Math.max(0, from * from + 2 * slope * number)) - from) / slope;
      return Math.round(second * 1e9);
    }

    @Override
    public String describe() {
      return String.format(Locale.ROOT, "%.0f/s to %.0f/s within %.0f s", from, to, seconds);
    }
  }

  /// Equal steps from one rate to another, each as long as the others.
  record Steps(double from, double to, double step, double secondsEach) implements Schedule {
    public Steps {
      check(from, secondsEach);
      check(to, secondsEach);
      if (!(step > 0) || to < from) {
        throw new IllegalArgumentException(
            "step: from %s to %s by %s (expected: upwards, by more than 0)"
                .formatted(from, to, step));
      }
    }

    private int steps() {
      return (int) Math.floor((to - from) / step + 1e-9) + 1;
    }

    @Override
    public double seconds() {
      return steps() * secondsEach;
    }

    @Override
    public double dueBy(double second) {
      int full = (int) Math.min(steps(), Math.floor(second / secondsEach));
      double due = secondsEach * (full * from + step * full * (full - 1) / 2);
      return full == steps() ? due : due + (second - full * secondsEach) * (from + full * step);
    }

    @Override
    public long dueNanos(int number) {
      double left = number;
      int at = 0;
      while (at < steps() - 1 && left >= (from + at * step) * secondsEach) {
        left -= (from + at * step) * secondsEach;
        at++;
      }
      return Math.round((at * secondsEach + left / (from + at * step)) * 1e9);
    }

    @Override
    public String describe() {
      return String.format(
          Locale.ROOT, "%.0f/s to %.0f/s by %.0f, %.0f s each", from, to, step, secondsEach);
    }
  }

  private static void check(double rate, double seconds) {
    if (!(rate > 0) || rate > 100_000) {
      throw new IllegalArgumentException(
          "rate: " + rate + " (expected: above 0, at most 100,000 a second)");
    }
    if (!(seconds > 0) || seconds > 86_400) {
      throw new IllegalArgumentException(
          "seconds: " + seconds + " (expected: above 0, at most a day)");
    }
  }
}
