// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.console;

import dev.proffer.app.progress.Progress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/// Shows progress: a bar that redraws itself on a terminal, a line now and then elsewhere.
public final class ConsoleProgress implements Progress {
  private static final Duration LINE_EVERY = Duration.ofSeconds(5);

  private final Console console;
  private final InstantSource time;

  public ConsoleProgress(Console console, InstantSource time) {
    this.console = console;
    this.time = time;
  }

  @Override
  public Step begin(String step, long total, String unit) {
    return console.terminal() ? new Bar(console, step, total, unit) : new Lines(step, total, unit);
  }

  private static final class Bar implements Step {
    private final ProgressBar bar;

    Bar(Console console, String step, long total, String unit) {
      this.bar =
          new ProgressBarBuilder()
              .setTaskName(step)
              .setInitialMax(total)
              .setUnit(" " + unit, 1)
              .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BAR)
              .setUpdateIntervalMillis(200)
              .showSpeed()
              .setConsumer(new ConsoleProgressBarConsumer(console.err()))
              .build();
    }

    @Override
    public void advance(long units) {
      bar.stepBy(units);
    }

    @Override
    public void close() {
      bar.close();
    }
  }

  private final class Lines implements Step {
    private final String step;
    private final long total;
    private final String unit;
    private final long startedMillis = time.millis();
    private long done;
    private long lastLineMillis = startedMillis;
    private boolean closed;

    Lines(String step, long total, String unit) {
      this.step = step;
      this.total = total;
      this.unit = unit;
      console.say(step + " …");
    }

    @Override
    public void advance(long units) {
      done += units;
      long now = time.millis();
      if (now - lastLineMillis >= LINE_EVERY.toMillis()) {
        lastLineMillis = now;
        String share = total > 0 ? String.format(Locale.ROOT, " (%d %%)", done * 100 / total) : "";
        console.say(String.format(Locale.ROOT, "%s: %,d %s%s", step, done, unit, share));
      }
    }

    @Override
    public void close() {
      if (closed) {
        return;
      }
      closed = true;
      double seconds = (time.millis() - startedMillis) / 1000.0;
      console.say(
          String.format(Locale.ROOT, "%s: done, %,d %s in %.1f s", step, done, unit, seconds));
    }
  }
}
