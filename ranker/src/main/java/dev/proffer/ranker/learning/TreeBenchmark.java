// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.learning;

import com.microsoft.ml.lightgbm.PredictionType;
import io.github.metarank.lightgbm4j.LGBMBooster;
import io.github.metarank.lightgbm4j.LGBMException;
import java.util.Random;

/// Times our walker against LightGBM on one thread, on the same model and rows.
public final class TreeBenchmark {
  /// What was measured.
  ///
  /// @param trees of the model
  /// @param largestDifference between both, over all rows
  /// @param walkerNanosPerRow time of our walker, a row at a time
  /// @param rowsNanosPerRow time of our walker when it gets `batch` rows of 32-bit numbers at once
  /// @param matrixNanosPerRow time of the library when it gets `batch` rows in one call
  /// @param singleNanosPerRow time of the library when it gets one row a call
  public record Speed(
      int trees,
      double largestDifference,
      double walkerNanosPerRow,
      double rowsNanosPerRow,
      double matrixNanosPerRow,
      double singleNanosPerRow) {}

  private static final int COLUMNS = 20;
  private static final int BATCH = 200;

  private TreeBenchmark() {}

  /// Trains a model and times both on the same rows.
  ///
  /// @param trees to train
  /// @param rows to predict in each of `rounds` rounds; the fastest round counts
  public static Speed measure(int trees, int rows, int rounds) {
    Examples train = examples(1, 20_000);
    TreeModel model =
        TreeTrainer.train(train, TreeOptions.BOOSTING.withRounds(trees).withThreads(1));
    Examples test = examples(2, rows / BATCH * BATCH);
    double[][] single = new double[test.rows()][];
    double[][] batches = new double[test.rows() / BATCH][BATCH * COLUMNS];
    for (int i = 0; i < single.length; i++) {
      single[i] = test.row(i);
      System.arraycopy(single[i], 0, batches[i / BATCH], i % BATCH * COLUMNS, COLUMNS);
    }
    float[][] floats = new float[batches.length][BATCH * COLUMNS];
    for (int b = 0; b < batches.length; b++) {
      for (int i = 0; i < floats[b].length; i++) {
        floats[b][i] = (float) batches[b][i];
      }
    }
    TreeRows together = new TreeRows(model);
    double walker = Double.MAX_VALUE;
    double rowsTogether = Double.MAX_VALUE;
    double matrix = Double.MAX_VALUE;
    double one = Double.MAX_VALUE;
    double difference = 0;
    try (LGBMBooster booster = LGBMBooster.loadModelFromString(model.text())) {
      for (int round = 0; round < rounds; round++) {
        double[] ours = new double[single.length];
        long start = System.nanoTime();
        for (int i = 0; i < ours.length; i++) {
          ours[i] = model.predict(single[i]);
        }
        walker = Math.min(walker, (double) (System.nanoTime() - start) / ours.length);
        double[] raw = new double[BATCH];
        start = System.nanoTime();
        for (int b = 0; b < floats.length; b++) {
          together.score(floats[b], BATCH, COLUMNS, raw);
          // Every round checks one row of each batch, so that the work cannot be left out.
          double alone = 1 / (1 + Math.exp(-raw[b % BATCH]));
          difference = Math.max(difference, Math.abs(alone - ours[b * BATCH + b % BATCH]));
        }
        rowsTogether = Math.min(rowsTogether, (double) (System.nanoTime() - start) / ours.length);
        double[] theirs = new double[single.length];
        start = System.nanoTime();
        for (int i = 0; i < batches.length; i++) {
          double[] part =
              booster.predictForMat(
                  batches[i],
                  BATCH,
                  COLUMNS,
                  true,
                  PredictionType.C_API_PREDICT_NORMAL,
                  "num_threads=1");
          System.arraycopy(part, 0, theirs, i * BATCH, BATCH);
        }
        matrix = Math.min(matrix, (double) (System.nanoTime() - start) / ours.length);
        start = System.nanoTime();
        for (int i = 0; i < BATCH; i++) {
          double alone =
              booster
                  .predictForMat(
                      single[i],
                      1,
                      COLUMNS,
                      true,
                      PredictionType.C_API_PREDICT_NORMAL,
                      "num_threads=1")[0];
          difference = Math.max(difference, Math.abs(alone - ours[i]));
        }
        one = Math.min(one, (double) (System.nanoTime() - start) / BATCH);
        for (int i = 0; i < ours.length; i++) {
          difference = Math.max(difference, Math.abs(theirs[i] - ours[i]));
        }
      }
    } catch (LGBMException e) {
      throw new LearningException("LightGBM could not predict: " + e.getMessage(), e);
    }
    return new Speed(model.trees(), difference, walker, rowsTogether, matrix, one);
  }

  private static Examples examples(int seed, int rows) {
    Random random = new Random(seed);
    String[] names = new String[COLUMNS];
    for (int i = 0; i < COLUMNS; i++) {
      names[i] = "x" + i;
    }
    Examples.Builder builder = Examples.of(names);
    double[] row = new double[COLUMNS];
    for (int i = 0; i < rows; i++) {
      double log = -1;
      for (int column = 0; column < COLUMNS; column++) {
        row[column] = random.nextInt(10) == 0 ? Double.NaN : (float) random.nextGaussian();
        log += Double.isNaN(row[column]) ? .1 : row[column] / (1 + column);
      }
      builder.add(random.nextDouble() < 1 / (1 + Math.exp(-log)) ? 1 : 0, row);
    }
    return builder.build();
  }
}
