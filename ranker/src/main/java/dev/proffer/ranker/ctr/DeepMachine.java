// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ctr;

import dev.proffer.ranker.index.Vectors;
import dev.proffer.ranker.learning.LearningException;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// A factorisation machine (Rendle 2010) and, where it has layers, a deep one over the same factors
/// (DeepFM, Guo et al. 2017): log odds = intercept + weights + products of the factors of each pair
/// of fields + a network of rectified layers over all factors side by side.
///
/// It learns by Adam on batches, with dropout in the layers; factors and weights of features are
/// touched only by rows that have them. Two threads that take halves of a batch and add up in a
/// fixed order make the result depend on the seed alone.
public final class DeepMachine implements Head {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;

  private final Options options;
  private final int fields;
  private final int features;
  private final int width;
  // The layout of all parameters: intercept, weights, factors, then each layer's matrix and bias,
  // then the output.
  private final int factorsAt;
  private final int[] layerAt;
  private final int outputAt;
  private final float[] parameters;
  private int epochs;

  /// What it is and how it learns.
  ///
  /// @param factors of each feature
  /// @param layers how wide each is; none makes a plain factorisation machine
  /// @param dropout the share of a layer's outputs that a step does without
  /// @param l2 weight of the penalty on the squared factors and weights of the features of a row
  /// @param epochs passes over the rows at most
  /// @param patience passes without a better validation figure before it stops
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  public record Options(
      int factors,
      int[] layers,
      double dropout,
      double learningRate,
      double l2,
      int batch,
      int epochs,
      int patience,
      long seed,
      int threads) {
    public static final Options FACTORS =
        new Options(16, new int[0], 0, 0.002, 1e-5, 1024, 40, 3, 1, 2);
    public static final Options DEEP =
        new Options(16, new int[] {200, 100}, 0.3, 0.003, 1e-5, 512, 40, 4, 1, 2);

    public Options {
      if (factors < 1 || batch < 1 || epochs < 1 || threads < 1 || !(dropout >= 0 && dropout < 1)) {
        throw new IllegalArgumentException(
            "factors, batch, epochs and threads must be at least 1, and dropout from 0 to below 1");
      }
    }

    public Options withL2(double other) {
      return new Options(
          factors, layers, dropout, learningRate, other, batch, epochs, patience, seed, threads);
    }

    public Options withEpochs(int other) {
      return new Options(
          factors, layers, dropout, learningRate, l2, batch, other, other, seed, threads);
    }

    public Options withDropout(double other) {
      return new Options(
          factors, layers, other, learningRate, l2, batch, epochs, patience, seed, threads);
    }
  }

  DeepMachine(int fields, int features, Options options) {
    this.options = options;
    this.fields = fields;
    this.features = features;
    this.width = fields * options.factors();
    this.factorsAt = 1 + features;
    this.layerAt = new int[options.layers().length];
    int at = factorsAt + features * options.factors();
    int inputs = width;
    for (int l = 0; l < layerAt.length; l++) {
      layerAt[l] = at;
      at += options.layers()[l] * (inputs + 1);
      inputs = options.layers()[l];
    }
    this.outputAt = at;
    at += layerAt.length == 0 ? 0 : inputs;
    this.parameters = new float[at];
    SplittableRandom random = new SplittableRandom(options.seed());
    for (int i = factorsAt; i < factorsAt + features * options.factors(); i++) {
      parameters[i] = (float) (0.01 * random.nextGaussian());
    }
    inputs = width;
    for (int l = 0; l < layerAt.length; l++) {
      double scale = Math.sqrt(2.0 / inputs);
      for (int i = 0; i < options.layers()[l] * inputs; i++) {
        parameters[layerAt[l] + i] = (float) (scale * random.nextGaussian());
      }
      inputs = options.layers()[l];
    }
    for (int i = outputAt; i < parameters.length; i++) {
      parameters[i] = (float) (Math.sqrt(1.0 / inputs) * random.nextGaussian());
    }
  }

  /// Learns from rows, and keeps what was best by a figure of the validation rows.
  ///
  /// @param better judges predictions for the validation rows; higher is better
  public static DeepMachine train(
      FieldRows rows, FieldRows validation, Options options, ToDoubleFunction<double[]> better) {
    if (!rows.hasBothLabels()) {
      throw new LearningException("a head needs rows of both labels");
    }
    DeepMachine model = new DeepMachine(rows.fields(), rows.features(), options);
    try (Learner learner = model.new Learner(rows)) {
      float[] best = model.parameters.clone();
      double bestFigure = Double.NEGATIVE_INFINITY;
      int bestEpoch = 0;
      for (int epoch = 1; epoch <= options.epochs(); epoch++) {
        learner.epoch(epoch);
        double figure = better.applyAsDouble(model.predict(validation));
        if (figure > bestFigure) {
          bestFigure = figure;
          bestEpoch = epoch;
          System.arraycopy(model.parameters, 0, best, 0, best.length);
        } else if (epoch - bestEpoch >= options.patience()) {
          break;
        }
      }
      System.arraycopy(best, 0, model.parameters, 0, best.length);
      model.epochs = bestEpoch;
      return model;
    }
  }

  /// The passes after which it was best.
  int epochs() {
    return epochs;
  }

  float[] parameters() {
    return parameters;
  }

  @Override
  public String kind() {
    return layerAt.length == 0 ? "fm" : "deep-fm";
  }

  @Override
  public int fields() {
    return fields;
  }

  @Override
  public int features() {
    return features;
  }

  @Override
  public Scorer scorer() {
    Pass pass = new Pass();
    return (numbers, from) -> pass.forward(numbers, from, null);
  }

  void write(DataOutput out) throws IOException {
    out.writeInt(fields);
    out.writeInt(features);
    out.writeInt(options.factors());
    out.writeInt(options.layers().length);
    for (int layer : options.layers()) {
      out.writeInt(layer);
    }
    for (float parameter : parameters) {
      out.writeFloat(parameter);
    }
  }

  /// Reads what [#write] wrote.
  static DeepMachine read(DataInput in) throws IOException {
    int fields = in.readInt();
    int features = in.readInt();
    int factors = in.readInt();
    int[] layers = new int[in.readInt()];
    for (int l = 0; l < layers.length; l++) {
      layers[l] = in.readInt();
    }
    DeepMachine model =
        new DeepMachine(fields, features, new Options(factors, layers, 0, 0.001, 0, 1, 1, 1, 1, 1));
    for (int i = 0; i < model.parameters.length; i++) {
      model.parameters[i] = in.readFloat();
    }
    return model;
  }

  @Override
  public double logOdds(int[] numbers, int from) {
    return new Pass().forward(numbers, from, null);
  }

  @Override
  public double[] predict(FieldRows rows) {
    double[] predictions = new double[rows.rows()];
    Pass pass = new Pass();
    for (int row = 0; row < predictions.length; row++) {
      predictions[row] = Head.probability(pass.forward(rows.numbers(), row * rows.fields(), null));
    }
    return predictions;
  }

  /// The loss of a row and its gradient by every parameter, for tests.
  double loss(int[] numbers, int from, double label, float[] gradient) {
    Pass pass = new Pass();
    double odds = pass.forward(numbers, from, null);
    pass.backward(numbers, from, (float) (Head.probability(odds) - label), gradient, gradient, 0);
    return Math.log1p(Math.exp(-Math.abs(odds))) + Math.max(odds, 0) - label * odds;
  }

  /// The way of one row through the network and back. Belongs to one thread.
  private final class Pass {
    private final float[][] outputs = new float[layerAt.length + 1][];
    private final float[][] errors = new float[layerAt.length + 1][];
    private final float[] sum = new float[options.factors()];
    // Whether the way forth did without some outputs.
    private boolean dropped;

    Pass() {
      outputs[0] = new float[width];
      errors[0] = new float[width];
      for (int l = 0; l < layerAt.length; l++) {
        outputs[l + 1] = new float[options.layers()[l]];
        errors[l + 1] = new float[options.layers()[l]];
      }
    }

    /// @param random decides what a step does without; null keeps everything
    double forward(int[] numbers, int from, @Nullable SplittableRandom random) {
      int d = options.factors();
      double odds = parameters[0];
      Arrays.fill(sum, 0);
      double squares = 0;
      for (int f = 0; f < fields; f++) {
        int feature = numbers[from + f];
        odds += parameters[1 + feature];
        int at = factorsAt + feature * d;
        System.arraycopy(parameters, at, outputs[0], f * d, d);
        for (int k = 0; k < d; k++) {
          float v = parameters[at + k];
          sum[k] += v;
          squares += v * v;
        }
      }
      double ofSum = 0;
      for (float s : sum) {
        ofSum += s * s;
      }
      odds += 0.5 * (ofSum - squares);
      if (layerAt.length == 0) {
        return odds;
      }
      float keep = (float) (1 / (1 - options.dropout()));
      for (int l = 0; l < layerAt.length; l++) {
        float[] in = outputs[l];
        float[] out = outputs[l + 1];
        int biasAt = layerAt[l] + out.length * in.length;
        for (int o = 0; o < out.length; o++) {
          float value =
              parameters[biasAt + o]
                  + Vectors.dot(parameters, layerAt[l] + o * in.length, in, 0, in.length);
          if (random != null && options.dropout() > 0) {
            value = random.nextDouble() < options.dropout() ? 0 : value * keep;
          }
          out[o] = Math.max(0, value);
        }
      }
      float[] last = outputs[layerAt.length];
      return odds + Vectors.dot(parameters, outputAt, last, 0, last.length);
    }

    /// Adds the gradient of a row.
    ///
    /// @param error of the log odds
    /// @param dense gets the gradient of the layers, and of the intercept
    /// @param sparse gets those of weights and factors, at their places less `sparseFrom`
    void backward(
        int[] numbers, int from, float error, float[] dense, float[] sparse, int sparseFrom) {
      int d = options.factors();
      dense[0] += error;
      Arrays.fill(errors[0], 0);
      if (layerAt.length > 0) {
        float keep = (float) (1 / (1 - options.dropout()));
        float[] last = outputs[layerAt.length];
        for (int o = 0; o < last.length; o++) {
          dense[outputAt + o] += error * last[o];
          errors[layerAt.length][o] = last[o] > 0 ? error * parameters[outputAt + o] : 0;
        }
        for (int l = layerAt.length - 1; l >= 0; l--) {
          float[] in = outputs[l];
          float[] back = errors[l];
          Arrays.fill(back, 0);
          int biasAt = layerAt[l] + outputs[l + 1].length * in.length;
          // What dropout let through was made larger, so its gradient is too.
          float scale = dropped ? keep : 1;
          for (int o = 0; o < outputs[l + 1].length; o++) {
            float delta = errors[l + 1][o] * scale;
            if (delta != 0) {
              dense[biasAt + o] += delta;
              Vectors.addScaled(dense, layerAt[l] + o * in.length, in, 0, delta, in.length);
              Vectors.addScaled(back, 0, parameters, layerAt[l] + o * in.length, delta, in.length);
            }
          }
          if (l > 0) {
            for (int i = 0; i < in.length; i++) {
              back[i] = in[i] > 0 ? back[i] : 0;
            }
          }
        }
      }
      for (int f = 0; f < fields; f++) {
        int feature = numbers[from + f];
        sparse[1 + feature - sparseFrom] += error;
        int at = factorsAt + feature * d;
        for (int k = 0; k < d; k++) {
          sparse[at + k - sparseFrom] +=
              error * (sum[k] - parameters[at + k]) + errors[0][f * d + k];
        }
      }
    }
  }

  /// Moments of the gradients, and the threads.
  private final class Learner implements AutoCloseable {
    private final FieldRows rows;
    private final float[] first = new float[parameters.length];
    private final float[] second = new float[parameters.length];
    private final float[][] gradients;
    private final Pass[] passes;
    private final boolean[] touched = new boolean[features];
    private final int[] touchedList = new int[features];
    private final ExecutorService executor;
    private long steps;

    Learner(FieldRows rows) {
      this.rows = rows;
      int threads = options.threads();
      this.gradients = new float[threads][parameters.length];
      this.passes = new Pass[threads];
      Arrays.setAll(passes, _ -> new Pass());
      this.executor =
          Executors.newFixedThreadPool(
              threads, Thread.ofPlatform().name("head-", 0).daemon().factory());
    }

    void epoch(int epoch) {
      SplittableRandom random = new SplittableRandom(options.seed() * 1_000_003 + epoch);
      int[] order = new int[rows.rows()];
      Arrays.setAll(order, i -> i);
      for (int i = order.length - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int swapped = order[i];
        order[i] = order[j];
        order[j] = swapped;
      }
      for (int from = 0; from < order.length; from += options.batch()) {
        step(order, from, Math.min(order.length, from + options.batch()), random);
      }
    }

    private void step(int[] order, int from, int to, SplittableRandom random) {
      int threads = passes.length;
      Future<?>[] parts = new Future<?>[threads];
      for (int t = 0; t < threads; t++) {
        int thread = t;
        int start = from + (int) ((long) (to - from) * t / threads);
        int end = from + (int) ((long) (to - from) * (t + 1) / threads);
        SplittableRandom own = random.split();
        parts[t] = executor.submit(() -> part(thread, order, start, end, own));
      }
      for (Future<?> part : parts) {
        try {
          part.get();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new LearningException("interrupted", e);
        } catch (ExecutionException e) {
          throw new LearningException("a row could not be learnt from", e);
        }
      }
      update(order, from, to);
    }

    private void part(int thread, int[] order, int start, int end, SplittableRandom random) {
      Pass pass = passes[thread];
      pass.dropped = options.dropout() > 0;
      for (int i = start; i < end; i++) {
        int row = order[i] * fields;
        double odds = pass.forward(rows.numbers(), row, random);
        float error =
            (float) (rows.weights()[order[i]] * (Head.probability(odds) - rows.labels()[order[i]]));
        pass.backward(rows.numbers(), row, error, gradients[thread], gradients[thread], 0);
      }
    }

    private void update(int[] order, int from, int to) {
      steps++;
      double correct1 = 1 - Math.pow(BETA1, (double) steps);
      double correct2 = 1 - Math.pow(BETA2, (double) steps);
      float rate = (float) (options.learningRate() * Math.sqrt(correct2) / correct1);
      float share = 1f / (to - from);
      int count = 0;
      for (int i = from; i < to; i++) {
        for (int f = 0; f < fields; f++) {
          int feature = rows.numbers()[order[i] * fields + f];
          if (!touched[feature]) {
            touched[feature] = true;
            touchedList[count++] = feature;
          }
        }
      }
      adam(0, 1, share, rate, 0);
      for (int i = 0; i < count; i++) {
        int feature = touchedList[i];
        touched[feature] = false;
        adam(1 + feature, 1, share, rate, options.l2());
        adam(factorsAt + feature * options.factors(), options.factors(), share, rate, options.l2());
      }
      int denseAt = factorsAt + features * options.factors();
      adam(denseAt, parameters.length - denseAt, share, rate, 0);
    }

    private void adam(int at, int count, float share, float rate, double l2) {
      float penalty = (float) l2;
      for (int i = at; i < at + count; i++) {
        float gradient = 0;
        for (float[] part : gradients) {
          gradient += part[i];
          part[i] = 0;
        }
        gradient = gradient * share + penalty * parameters[i];
        first[i] += (float) (1 - BETA1) * (gradient - first[i]);
        second[i] += (float) (1 - BETA2) * (gradient * gradient - second[i]);
        parameters[i] -= rate * first[i] / (float) (Math.sqrt(second[i]) + EPSILON);
      }
    }

    @Override
    public void close() {
      executor.shutdownNow();
    }
  }
}
