// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.training;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.core.Embedding;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.training.GradientCollector;
import dev.proffer.ranker.retrieval.SelfAttention;
import dev.proffer.ranker.retrieval.SelfAttention.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Learns a [SelfAttention] model with PyTorch: the next item of every prefix of every sequence, by
/// cross-entropy over all items, or over a sample of them where the catalogue is large.
///
/// Short sequences are packed into rows of one length, each seeing only itself, so that hardly any
/// work goes into padding. Batches, samples and starting values come from the seed. One epoch at a
/// time: what there is after an epoch, with the state of the optimiser, is a [Checkpoint] that
/// another trainer goes on from.
public final class SelfAttentionTrainer implements AutoCloseable {
  private static final float BETA1 = 0.9f;
  private static final float BETA2 = 0.98f;
  private static final float EPSILON = 1e-8f;
  private static final float MASKED = -1e9f;
  private static final float START = 0.02f;

  private final Shape shape;
  private final Parameters parameters;
  private final NDManager manager;
  private final Map<String, NDArray> weights = new LinkedHashMap<>();
  private final Map<String, NDArray> means = new LinkedHashMap<>();
  private final Map<String, NDArray> variances = new LinkedHashMap<>();
  private int epochs;
  private long updates;

  /// How a model is learned.
  ///
  /// @param batchTokens items in one batch
  /// @param dropout the share of numbers that is dropped while learning
  /// @param negatives items that the right one is compared with in a batch; all of them when the
  ///   catalogue has not many more
  public record Parameters(
      double learningRate, int batchTokens, double dropout, int negatives, long seed) {
    public static final Parameters DEFAULT = new Parameters(1e-3, 2_048, 0.3, 4_096, 1);

    public Parameters {
      if (!(learningRate > 0)
          || batchTokens < 1
          || !(dropout >= 0 && dropout < 1)
          || negatives < 1) {
        throw new IllegalArgumentException(
            "learningRate, batchTokens and negatives must be above 0, dropout from 0 to below 1");
      }
    }
  }

  /// Where learning stands.
  ///
  /// @param tensors the weights
  /// @param means running means of their gradients
  /// @param variances running means of the squares of those
  public record Checkpoint(
      int epochs,
      long updates,
      Map<String, float[]> tensors,
      Map<String, float[]> means,
      Map<String, float[]> variances) {}

  /// Begins anew, or goes on from a checkpoint of the same shape.
  public SelfAttentionTrainer(
      Shape shape, Parameters parameters, int threads, @Nullable Checkpoint from) {
    this.shape = shape;
    this.parameters = parameters;
    // Nothing is fetched and nothing is reported: the native library comes from the class path.
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
    this.manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
    Random random = new Random(parameters.seed());
    shape
        .lengths()
        .forEach((name, length) -> {
          float[] start = from == null ? start(name, length, random) : from.tensors().get(name);
          NDArray weight = array(start, length, name);
          weight.setRequiresGradient(true);
          weights.put(name, weight);
          means.put(
              name, array(from == null ? new float[length] : from.means().get(name), length, name));
          variances.put(
              name,
              array(from == null ? new float[length] : from.variances().get(name), length, name));
        });
    if (from != null) {
      epochs = from.epochs();
      updates = from.updates();
    }
  }

  private NDArray array(float @Nullable [] values, int length, String name) {
    if (values == null || values.length != length) {
      throw new IllegalArgumentException("checkpoint: " + name + " does not fit the shape");
    }
    int rows =
        switch (name.substring(name.indexOf('.') + 1)) {
          case "items" -> shape.items();
          case "positions" -> shape.positions();
          case "inner" -> shape.hidden();
          case "query", "key", "value", "out", "outer" -> shape.dimension();
          default -> 0;
        };
    return rows == 0
        ? manager.create(values)
        : manager.create(values, new ai.djl.ndarray.types.Shape(rows, length / rows));
  }

  private static float[] start(String name, int length, Random random) {
    float[] values = new float[length];
    if (name.endsWith("gain")) {
      Arrays.fill(values, 1);
    } else if (!name.endsWith("bias")) {
      for (int i = 0; i < length; i++) {
        values[i] = (float) (START * random.nextGaussian());
      }
    }
    return values;
  }

  /// The epochs behind the model as it is.
  public int epochs() {
    return epochs;
  }

  /// Goes through all sequences once. Returns the mean loss.
  ///
  /// @param sequences items, oldest first; those with less than two teach nothing
  public double epoch(int[][] sequences) {
    Random random = new Random(parameters.seed() * 1_000_003 + epochs);
    Engine.getEngine("PyTorch").setRandomSeed(random.nextInt());
    List<int[]> rows = packed(sequences, random);
    int rowsAtOnce = Math.max(1, parameters.batchTokens() / shape.positions());
    double loss = 0;
    int batches = 0;
    for (int from = 0; from < rows.size(); from += rowsAtOnce) {
      loss += step(rows.subList(from, Math.min(rows.size(), from + rowsAtOnce)), random);
      batches++;
    }
    epochs++;
    return batches == 0 ? 0 : loss / batches;
  }

  /// Rows of items, packed: `item, segment, position, next item or -1` for each place.
  private List<int[]> packed(int[][] sequences, Random random) {
    int length = shape.positions();
    List<int[]> pieces = new ArrayList<>();
    for (int[] sequence : sequences) {
      // The newest piece is whole, but where the cuts fall differs from epoch to epoch.
      int end = sequence.length;
      int first = end > length + 1 ? 2 + random.nextInt(length) : length + 1;
      for (int size = first; end > 1; size = length + 1) {
        int begin = Math.max(0, end - size);
        if (end - begin > 1) {
          pieces.add(Arrays.copyOfRange(sequence, begin, end));
        }
        // The first item of a piece was asked for by nobody: it is the last of the one before.
        end = begin == 0 ? 0 : begin + 1;
      }
    }
    for (int i = pieces.size() - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int[] swapped = pieces.get(i);
      pieces.set(i, pieces.get(j));
      pieces.set(j, swapped);
    }
    List<int[]> rows = new ArrayList<>();
    List<int[]> open = new ArrayList<>();
    List<Integer> used = new ArrayList<>();
    for (int[] piece : pieces) {
      int places = piece.length - 1;
      int into = -1;
      for (int o = 0; o < open.size() && into < 0; o++) {
        if (used.get(o) + places <= length) {
          into = o;
        }
      }
      if (into < 0) {
        if (open.size() == 32) {
          rows.add(open.removeFirst());
          used.removeFirst();
        }
        int[] row = new int[4 * length];
        for (int p = 0; p < length; p++) {
          row[4 * p + 1] = -1 - p;
          row[4 * p + 3] = -1;
        }
        open.add(row);
        used.add(0);
        into = open.size() - 1;
      }
      int[] row = open.get(into);
      int at = used.get(into);
      for (int p = 0; p < places; p++) {
        row[4 * (at + p)] = piece[p];
        row[4 * (at + p) + 1] = at;
        row[4 * (at + p) + 2] = p;
        row[4 * (at + p) + 3] = piece[p + 1];
      }
      used.set(into, at + places);
    }
    rows.addAll(open);
    return rows;
  }

  private double step(List<int[]> rows, Random random) {
    int length = shape.positions();
    int count = rows.size();
    long[] items = new long[count * length];
    long[] positions = new long[count * length];
    float[] mask = new float[count * length * length];
    long[] asked = new long[count * length];
    long[] targets = new long[count * length];
    int known = 0;
    for (int r = 0; r < count; r++) {
      int[] row = rows.get(r);
      for (int p = 0; p < length; p++) {
        int at = r * length + p;
        items[at] = row[4 * p];
        positions[at] = row[4 * p + 2];
        if (row[4 * p + 3] >= 0) {
          asked[known] = at;
          targets[known] = row[4 * p + 3];
          known++;
        }
        for (int q = 0; q < length; q++) {
          mask[at * length + q] = q <= p && row[4 * q + 1] == row[4 * p + 1] ? 0 : MASKED;
        }
      }
    }
    if (known == 0) {
      return 0;
    }
    try (NDManager own = manager.newSubManager()) {
      // What is computed belongs to the manager of its first operand, and goes away with it.
      weights.values().forEach(weight -> weight.attach(own));
      try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
        NDArray states =
            states(
                own.create(items, new ai.djl.ndarray.types.Shape(count, length)),
                own.create(positions, new ai.djl.ndarray.types.Shape(count, length)),
                own.create(mask, new ai.djl.ndarray.types.Shape(count, 1, length, length)),
                true);
        NDArray flat = states.reshape(-1, shape.dimension());
        NDArray picked = embedding(own.create(Arrays.copyOf(asked, known)), flat);
        NDArray loss = loss(own, picked, Arrays.copyOf(targets, known), random);
        collector.backward(loss);
        update();
        return loss.getFloat();
      } finally {
        weights.values().forEach(weight -> weight.attach(manager));
      }
    }
  }

  private NDArray loss(NDManager own, NDArray states, long[] targets, Random random) {
    NDArray vectors = weight("items");
    if (shape.items() <= 3 * parameters.negatives()) {
      NDArray right = own.create(targets, new ai.djl.ndarray.types.Shape(targets.length, 1));
      return states.matMul(vectors.transpose()).logSoftmax(1).gather(right, 1).mean().neg();
    }
    long[] sampled = new long[parameters.negatives()];
    for (int i = 0; i < sampled.length; i++) {
      sampled[i] = random.nextInt(shape.items());
    }
    // A sampled item stands for so many others. That it may be the right one itself is ignored:
    // it happens to one in thousands.
    float each = (float) Math.log((double) shape.items() / sampled.length);
    NDArray rights = embedding(own.create(targets), vectors);
    NDArray right = states.mul(rights).sum(new int[] {1}, true);
    NDArray wrong = states.matMul(embedding(own.create(sampled), vectors).transpose()).add(each);
    return right.concat(wrong, 1).logSoftmax(1).get(":, 0").mean().neg();
  }

  private NDArray states(NDArray items, NDArray positions, NDArray mask, boolean learning) {
    int d = shape.dimension();
    long count = items.getShape().get(0);
    long length = items.getShape().get(1);
    int wide = d / shape.heads();
    NDArray x =
        dropped(
            embedding(items, weight("items")).add(embedding(positions, weight("positions"))),
            learning);
    for (int b = 0; b < shape.blocks(); b++) {
      String block = "block" + b + ".";
      NDArray normal = normal(x, block + "norm1");
      NDArray query = heads(normal, block + "query", count, length, wide);
      NDArray key = heads(normal, block + "key", count, length, wide);
      NDArray value = heads(normal, block + "value", count, length, wide);
      NDArray attention =
          dropped(
              query
                  .matMul(key.transpose(0, 1, 3, 2))
                  .mul((float) (1 / Math.sqrt(wide)))
                  .add(mask)
                  .softmax(3),
              learning);
      NDArray mixed = attention.matMul(value).transpose(0, 2, 1, 3).reshape(count, length, d);
      x = x.add(dropped(mixed.matMul(weight(block + "out").transpose()), learning));
      NDArray inner =
          normal(x, block + "norm2")
              .matMul(weight(block + "inner").transpose())
              .add(weight(block + "inner.bias"))
              .maximum(0);
      x =
          x.add(
              dropped(
                  dropped(inner, learning)
                      .matMul(weight(block + "outer").transpose())
                      .add(weight(block + "outer.bias")),
                  learning));
    }
    return normal(x, "norm");
  }

  private NDArray heads(NDArray x, String matrix, long count, long length, int wide) {
    return x.matMul(weight(matrix).transpose())
        .reshape(count, length, shape.heads(), wide)
        .transpose(0, 2, 1, 3);
  }

  private NDArray normal(NDArray x, String norm) {
    return LayerNorm.layerNorm(
            x,
            new ai.djl.ndarray.types.Shape(shape.dimension()),
            weight(norm + ".gain"),
            weight(norm + ".bias"),
            1e-5f)
        .singletonOrThrow();
  }

  private NDArray dropped(NDArray x, boolean learning) {
    return learning && parameters.dropout() > 0
        ? Dropout.dropout(x, (float) parameters.dropout(), true).singletonOrThrow()
        : x;
  }

  private static NDArray embedding(NDArray numbers, NDArray rows) {
    return Embedding.embedding(numbers, rows, SparseFormat.DENSE).singletonOrThrow();
  }

  private NDArray weight(String name) {
    NDArray weight = weights.get(name);
    if (weight == null) {
      throw new IllegalStateException(name + ": there is no such tensor");
    }
    return weight;
  }

  private void update() {
    updates++;
    float rate = (float) parameters.learningRate();
    float corrected =
        (float)
            (rate
                * Math.sqrt(1 - Math.pow(BETA2, (double) updates))
                / (1 - Math.pow(BETA1, (double) updates)));
    weights.forEach((name, weight) -> {
      NDArray gradient = weight.getGradient();
      NDArray mean = means.get(name);
      NDArray variance = variances.get(name);
      if (mean == null || variance == null) {
        throw new IllegalStateException(name + ": there is no such tensor");
      }
      weight
          .getNDArrayInternal()
          .adamUpdate(
              new NDList(weight, gradient, mean, variance),
              new NDList(weight),
              rate,
              corrected,
              0,
              1,
              -1,
              BETA1,
              BETA2,
              EPSILON,
              false,
              false);
    });
  }

  /// The vector that the engine itself computes for a history, newest first; what the forward pass
  /// of [SelfAttention] is compared with.
  float[] engineState(int[] history) {
    int n = Math.min(history.length, shape.positions());
    long[] items = new long[n];
    long[] positions = new long[n];
    float[] mask = new float[n * n];
    for (int p = 0; p < n; p++) {
      items[p] = history[n - 1 - p];
      positions[p] = p;
      for (int q = 0; q < n; q++) {
        mask[p * n + q] = q <= p ? 0 : MASKED;
      }
    }
    try (NDManager own = manager.newSubManager()) {
      weights.values().forEach(weight -> weight.attach(own));
      try {
        float[] all =
            states(
                    own.create(items, new ai.djl.ndarray.types.Shape(1, n)),
                    own.create(positions, new ai.djl.ndarray.types.Shape(1, n)),
                    own.create(mask, new ai.djl.ndarray.types.Shape(1, 1, n, n)),
                    false)
                .toType(DataType.FLOAT32, false)
                .toFloatArray();
        return Arrays.copyOfRange(all, (n - 1) * shape.dimension(), n * shape.dimension());
      } finally {
        weights.values().forEach(weight -> weight.attach(manager));
      }
    }
  }

  /// The model as it is now.
  public SelfAttention model() {
    return new SelfAttention(shape, copies(weights));
  }

  /// Where learning stands now.
  public Checkpoint checkpoint() {
    return new Checkpoint(epochs, updates, copies(weights), copies(means), copies(variances));
  }

  private static Map<String, float[]> copies(Map<String, NDArray> arrays) {
    Map<String, float[]> copies = new LinkedHashMap<>();
    arrays.forEach((name, array) -> copies.put(name, array.toFloatArray()));
    return copies;
  }

  @Override
  public void close() {
    manager.close();
  }
}
