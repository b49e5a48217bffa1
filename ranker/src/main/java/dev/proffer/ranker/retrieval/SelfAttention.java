// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.index.ExactIndex;
import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.VectorIndex;
import dev.proffer.ranker.index.VectorTable;
import dev.proffer.ranker.index.Vectors;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/// Proposes what a self-attentive sequence model expects next (SASRec, Kang and McAuley 2018;
/// learned with cross-entropy, which is what makes it good, Klenitskiy and Vasilev 2023).
///
/// Blocks of causal attention and of a two-layer network, each behind a layer norm and with a
/// shortcut, over the sum of an item's and a position's vector. The state at the newest item is
/// compared with all item vectors. This class is the forward pass; learning is
/// `training.SelfAttentionTrainer`. Immutable.
public final class SelfAttention implements BatchSource {
  public static final String NAME = "sasrec";

  private static final float NORM_EPSILON = 1e-5f;
  private static final int TENSOR_LENGTH_MAX = 1 << 30;

  private final Shape shape;
  private final Map<String, float[]> tensors;
  private final float[] items;
  private final float[] positions;
  private final Block[] blocks;
  private final float[] lastGain;
  private final float[] lastBias;
  private final VectorIndex index;

  /// How large a model is.
  ///
  /// @param items items that it knows: all numbers are below this
  /// @param dimension the length of its vectors
  /// @param heads how many parts attention looks at apart; divides the dimension
  /// @param hidden the width of the inner layer of each block
  /// @param positions how many of the latest items it looks at
  public record Shape(int items, int dimension, int blocks, int heads, int hidden, int positions) {
    public Shape {
      if (items < 1 || dimension < 1 || blocks < 1 || heads < 1 || hidden < 1 || positions < 1) {
        throw new IllegalArgumentException("shape: all sizes must be at least 1");
      }
      if (dimension % heads != 0) {
        throw new IllegalArgumentException(
            "heads: " + heads + " (expected: a divisor of the dimension " + dimension + ")");
      }
    }

    /// The tensors of such a model and their lengths, in the order in which they are written.
    public Map<String, Integer> lengths() {
      Map<String, Integer> lengths = new LinkedHashMap<>();
      lengths.put("items", Math.multiplyExact(items, dimension));
      lengths.put("positions", Math.multiplyExact(positions, dimension));
      for (int b = 0; b < blocks; b++) {
        String block = "block" + b + ".";
        lengths.put(block + "norm1.gain", dimension);
        lengths.put(block + "norm1.bias", dimension);
        for (String matrix : new String[] {"query", "key", "value", "out"}) {
          lengths.put(block + matrix, dimension * dimension);
        }
        lengths.put(block + "norm2.gain", dimension);
        lengths.put(block + "norm2.bias", dimension);
        lengths.put(block + "inner", hidden * dimension);
        lengths.put(block + "inner.bias", hidden);
        lengths.put(block + "outer", dimension * hidden);
        lengths.put(block + "outer.bias", dimension);
      }
      lengths.put("norm.gain", dimension);
      lengths.put("norm.bias", dimension);
      return lengths;
    }
  }

  /// One block; matrices have one row an output.
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record Block(
      float[] gain1,
      float[] bias1,
      float[] query,
      float[] key,
      float[] value,
      float[] out,
      float[] gain2,
      float[] bias2,
      float[] inner,
      float[] innerBias,
      float[] outer,
      float[] outerBias) {}

  /// @param tensors by the names of [Shape#lengths]; not copied
  public SelfAttention(Shape shape, Map<String, float[]> tensors) {
    this(shape, tensors, ExactIndex::new);
  }

  private SelfAttention(
      Shape shape, Map<String, float[]> tensors, Function<VectorTable, VectorIndex> indexing) {
    this.shape = shape;
    shape
        .lengths()
        .forEach((name, length) -> {
          float[] tensor = tensors.get(name);
          if (tensor == null || tensor.length != length) {
            throw new IllegalArgumentException(
                name
                    + ": "
                    + (tensor == null ? "missing" : tensor.length + " numbers")
                    + " (expected: "
                    + length
                    + ")");
          }
        });
    this.tensors = Map.copyOf(tensors);
    this.items = tensor("items");
    this.positions = tensor("positions");
    this.blocks = new Block[shape.blocks()];
    for (int b = 0; b < blocks.length; b++) {
      String block = "block" + b + ".";
      blocks[b] =
          new Block(
              tensor(block + "norm1.gain"),
              tensor(block + "norm1.bias"),
              tensor(block + "query"),
              tensor(block + "key"),
              tensor(block + "value"),
              tensor(block + "out"),
              tensor(block + "norm2.gain"),
              tensor(block + "norm2.bias"),
              tensor(block + "inner"),
              tensor(block + "inner.bias"),
              tensor(block + "outer"),
              tensor(block + "outer.bias"));
    }
    this.lastGain = tensor("norm.gain");
    this.lastBias = tensor("norm.bias");
    int[] numbers = new int[shape.items()];
    Arrays.setAll(numbers, i -> i);
    this.index = indexing.apply(new VectorTable(shape.dimension(), numbers, items));
  }

  public Shape shape() {
    return shape;
  }

  /// The numbers of one tensor; the array is not a copy.
  public float[] tensor(String name) {
    float[] tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(name + ": there is no such tensor");
    }
    return tensor;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Hits propose(Query query, int max) {
    float[] state = state(query.history());
    if (state.length == 0) {
      return Hits.NONE;
    }
    return probabilities(index.search(state, max, query.eligible()));
  }

  /// Scores are `e^(logit - 10)`: above 0, and in the order of the logits.
  @Override
  public float[] score(Query query, int[] asked) {
    float[] scores = new float[asked.length];
    float[] state = state(query.history());
    int d = shape.dimension();
    for (int i = 0; i < asked.length && state.length > 0; i++) {
      if (asked[i] >= 0 && asked[i] < shape.items()) {
        scores[i] = score(Vectors.dot(items, asked[i] * d, state, 0, d));
      }
    }
    return scores;
  }

  private static Hits probabilities(Hits logits) {
    float[] scores = new float[logits.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = score(logits.scores()[i]);
    }
    return new Hits(logits.items(), scores);
  }

  private static float score(float logit) {
    return (float) Math.exp(Math.clamp(logit, -60, 80) - 10);
  }

  /// What the model thinks of somebody with this history, newest first: the vector that items are
  /// compared with. Empty when it knows none of the items.
  public float[] state(int[] history) {
    int d = shape.dimension();
    int[] sequence = new int[Math.min(history.length, shape.positions())];
    int n = 0;
    for (int i = 0; i < history.length && n < sequence.length; i++) {
      if (history[i] >= 0 && history[i] < shape.items()) {
        sequence[n++] = history[i];
      }
    }
    if (n == 0) {
      return new float[0];
    }
    float[] states = new float[n * d];
    for (int p = 0; p < n; p++) {
      int item = sequence[n - 1 - p];
      for (int c = 0; c < d; c++) {
        states[p * d + c] = items[item * d + c] + positions[p * d + c];
      }
    }
    for (int b = 0; b < blocks.length; b++) {
      // Of the last block only the newest position is looked at.
      pass(blocks[b], states, n, b == blocks.length - 1 ? n - 1 : 0);
    }
    float[] last = new float[d];
    normalize(states, (n - 1) * d, lastGain, lastBias, last, 0);
    return last;
  }

  private void pass(Block block, float[] states, int n, int from) {
    int d = shape.dimension();
    int heads = shape.heads();
    int wide = d / heads;
    float[] normal = new float[n * d];
    float[] keys = new float[n * d];
    float[] values = new float[n * d];
    for (int p = 0; p < n; p++) {
      normalize(states, p * d, block.gain1(), block.bias1(), normal, p * d);
      multiply(block.key(), normal, p * d, d, keys, p * d, d);
      multiply(block.value(), normal, p * d, d, values, p * d, d);
    }
    float scale = (float) (1 / Math.sqrt(wide));
    float[] query = new float[d];
    float[] mixed = new float[d];
    float[] weights = new float[n];
    float[] change = new float[d];
    float[] inner = new float[shape.hidden()];
    for (int p = from; p < n; p++) {
      multiply(block.query(), normal, p * d, d, query, 0, d);
      Arrays.fill(mixed, 0);
      for (int h = 0; h < heads; h++) {
        float highest = Float.NEGATIVE_INFINITY;
        for (int q = 0; q <= p; q++) {
          weights[q] = scale * Vectors.dot(query, h * wide, keys, q * d + h * wide, wide);
          highest = Math.max(highest, weights[q]);
        }
        float total = 0;
        for (int q = 0; q <= p; q++) {
          weights[q] = (float) Math.exp(weights[q] - highest);
          total += weights[q];
        }
        for (int q = 0; q <= p; q++) {
          Vectors.addScaled(mixed, h * wide, values, q * d + h * wide, weights[q] / total, wide);
        }
      }
      multiply(block.out(), mixed, 0, d, change, 0, d);
      for (int c = 0; c < d; c++) {
        states[p * d + c] += change[c];
      }
      normalize(states, p * d, block.gain2(), block.bias2(), mixed, 0);
      multiply(block.inner(), mixed, 0, d, inner, 0, shape.hidden());
      for (int c = 0; c < inner.length; c++) {
        inner[c] = Math.max(0, inner[c] + block.innerBias()[c]);
      }
      multiply(block.outer(), inner, 0, inner.length, change, 0, d);
      for (int c = 0; c < d; c++) {
        states[p * d + c] += change[c] + block.outerBias()[c];
      }
    }
  }

  private static void multiply(
      float[] matrix,
      float[] vector,
      int vectorFrom,
      int columns,
      float[] result,
      int resultFrom,
      int rows) {
    for (int r = 0; r < rows; r++) {
      result[resultFrom + r] = Vectors.dot(matrix, r * columns, vector, vectorFrom, columns);
    }
  }

  private void normalize(
      float[] from, int fromAt, float[] gain, float[] bias, float[] to, int toAt) {
    int d = shape.dimension();
    float mean = 0;
    for (int c = 0; c < d; c++) {
      mean += from[fromAt + c];
    }
    mean /= d;
    float variance = 0;
    for (int c = 0; c < d; c++) {
      float difference = from[fromAt + c] - mean;
      variance += difference * difference;
    }
    float scale = (float) (1 / Math.sqrt(variance / d + NORM_EPSILON));
    for (int c = 0; c < d; c++) {
      to[toAt + c] = (from[fromAt + c] - mean) * scale * gain[c] + bias[c];
    }
  }

  /// Writes shape and tensors.
  @Override
  public void write(DataOutput out) throws IOException {
    for (int size :
        new int[] {
          shape.items(),
          shape.dimension(),
          shape.blocks(),
          shape.heads(),
          shape.hidden(),
          shape.positions()
        }) {
      out.writeInt(size);
    }
    for (String name : shape.lengths().keySet()) {
      for (float value : tensor(name)) {
        out.writeFloat(value);
      }
    }
  }

  /// Reads what [#write] wrote.
  public static SelfAttention read(DataInput in) throws IOException {
    return read(in, ExactIndex::new);
  }

  static SelfAttention read(DataInput in, Function<VectorTable, VectorIndex> indexing)
      throws IOException {
    Shape shape;
    Map<String, Integer> lengths;
    try {
      shape =
          new Shape(
              in.readInt(), in.readInt(), in.readInt(), in.readInt(), in.readInt(), in.readInt());
      lengths = shape.lengths();
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new IOException("not a sequence model: " + e.getMessage(), e);
    }
    Map<String, float[]> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, Integer> tensor : lengths.entrySet()) {
      if (tensor.getValue() > TENSOR_LENGTH_MAX) {
        throw new IOException("not a sequence model: " + tensor.getKey() + " is too large");
      }
      float[] values = new float[tensor.getValue()];
      for (int i = 0; i < values.length; i++) {
        values[i] = in.readFloat();
      }
      tensors.put(tensor.getKey(), values);
    }
    return new SelfAttention(shape, tensors, indexing);
  }
}
