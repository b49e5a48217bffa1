// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.training;

import dev.proffer.app.console.Failure;
import dev.proffer.app.progress.Progress;
import dev.proffer.ranker.training.Trainer;
import dev.proffer.ranker.training.TrainingException;
import dev.proffer.ranker.training.TrainingOptions;
import dev.proffer.ranker.training.TrainingProgress;
import dev.proffer.ranker.training.TrainingReport;
import io.grpc.Channel;
import java.nio.file.Path;
import java.time.Clock;

/// Runs the ranker's trainer against an engine.
public final class Training {
  private Training() {}

  public static TrainingReport run(
      Channel ranker,
      Channel featureStore,
      Path modelsFolder,
      TrainingOptions options,
      Progress progress) {
    Trainer trainer =
        new Trainer(
            ranker, featureStore, modelsFolder, options, Clock.systemUTC(), listener(progress));
    try {
      return trainer.train();
    } catch (TrainingException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
  }

  /// What the ranker tells about its work, passed on.
  public static TrainingProgress listener(Progress progress) {
    return (name, total, unit) -> {
      Progress.Step step = progress.begin(name, total, unit);
      return new TrainingProgress.Step() {
        @Override
        public void advance(long units) {
          step.advance(units);
        }

        @Override
        public void close() {
          step.close();
        }
      };
    };
  }
}
