// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.intent;

import de.bwaldvogel.liblinear.Feature;
import de.bwaldvogel.liblinear.FeatureNode;
import de.bwaldvogel.liblinear.Linear;
import de.bwaldvogel.liblinear.Model;
import de.bwaldvogel.liblinear.Parameter;
import de.bwaldvogel.liblinear.Problem;
import de.bwaldvogel.liblinear.SolverType;
import dev.proffer.chatbot.embedding.SentenceEncoder;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A one-against-all linear support vector machine over TF-IDF features and, when there is an
/// encoder, sentence vectors; the likeliest labels are heard again through the nearest phrases.
/// Immutable and safe for use by many threads.
///
/// A margin says "nobody claims it" where a distribution over classes must sum to one, which is
/// what makes it fit to notice what is out of scope.
public final class LinearClassifier {
  /// How much more a vector weighs than the words; chosen on held-out parts of training data.
  private static final float VECTOR_WEIGHT = 2;

  /// What all neighbours together add to the margin of a label that they all speak for.
  private static final double NEIGHBOURS_WEIGHT = 0.5;

  /// Of so many labels the phrases are compared.
  private static final int HEARD = 5;

  private final List<String> labels;
  private final Map<String, Integer> vocabulary;
  private final float[] idf;

  /// By feature, then by label; the last row is the bias.
  private final float[][] weights;

  private final @Nullable SentenceEncoder encoder;
  private final @Nullable PhraseNeighbours neighbours;

  private LinearClassifier(
      List<String> labels,
      Map<String, Integer> vocabulary,
      float[] idf,
      float[][] weights,
      @Nullable SentenceEncoder encoder,
      @Nullable PhraseNeighbours neighbours) {
    this.labels = labels;
    this.vocabulary = vocabulary;
    this.idf = idf;
    this.weights = weights;
    this.encoder = encoder;
    this.neighbours = neighbours;
  }

  /// Learns from phrases. The same phrases in the same order give the same classifier.
  ///
  /// @param cost the price of a phrase on the wrong side; 1 is a good value for short phrases
  public static LinearClassifier train(Collection<LabelledPhrase> phrases, double cost) {
    return train(phrases, cost, null);
  }

  /// Learns from phrases, from their vectors beside their words when there is an encoder.
  public static LinearClassifier train(
      Collection<LabelledPhrase> phrases, double cost, @Nullable SentenceEncoder encoder) {
    List<LabelledPhrase> examples = List.copyOf(phrases);
    Map<String, Integer> labelIndex = new TreeMap<>();
    examples.forEach(example -> labelIndex.put(example.label(), 0));
    List<String> labels = List.copyOf(labelIndex.keySet());
    for (int i = 0; i < labels.size(); i++) {
      labelIndex.put(labels.get(i), i);
    }
    if (labels.size() < 2) {
      throw new IllegalArgumentException(
          "phrases: " + labels.size() + " label (expected: two or more)");
    }
    Map<String, Integer> vocabulary = new HashMap<>();
    List<Map<Integer, Integer>> counts = new ArrayList<>();
    List<Integer> documents = new ArrayList<>();
    for (LabelledPhrase example : examples) {
      Map<Integer, Integer> count = new LinkedHashMap<>();
      for (String feature : PhraseFeatures.of(example.phrase())) {
        Integer index = vocabulary.get(feature);
        if (index == null) {
          index = vocabulary.size();
          vocabulary.put(feature, index);
          documents.add(0);
        }
        if (count.merge(index, 1, Integer::sum) == 1) {
          documents.set(index, documents.get(index) + 1);
        }
      }
      counts.add(count);
    }
    float[] idf = new float[vocabulary.size()];
    for (int i = 0; i < idf.length; i++) {
      idf[i] = (float) (Math.log((1.0 + examples.size()) / (1.0 + documents.get(i))) + 1.0);
    }
    Problem problem = new Problem();
    problem.l = examples.size();
    float[][] vectors = new float[examples.size()][];
    for (int row = 0; row < vectors.length; row++) {
      vectors[row] = encoder == null ? new float[0] : encoder.encode(examples.get(row).phrase());
    }
    int dimensions = vectors[0].length;
    int columns = idf.length + dimensions + 1;
    problem.n = columns;
    problem.bias = 1;
    problem.x = new Feature[problem.l][];
    int[] labelOf =
        examples.stream().mapToInt(e -> labelIndex.getOrDefault(e.label(), 0)).toArray();
    problem.y = Arrays.stream(labelOf).asDoubleStream().toArray();
    for (int row = 0; row < problem.l; row++) {
      problem.x[row] = features(counts.get(row), idf, vectors[row]);
    }
    Parameter parameter = new Parameter(SolverType.L2R_L2LOSS_SVC_DUAL, cost, 0.1, 200);
    parameter.setRandom(new Random(7));
    Linear.disableDebugOutput();
    Model model = Linear.train(problem, parameter);
    int[] order = model.getLabels();
    double[] w = model.getFeatureWeights();
    int classes = labels.size();
    float[][] weights = new float[columns][classes];
    // Two classes share one vector; the second is its mirror.
    boolean mirrored = classes == 2;
    for (int feature = 0; feature < columns; feature++) {
      for (int c = 0; c < classes; c++) {
        double weight = mirrored ? (c == 0 ? w[feature] : -w[feature]) : w[feature * classes + c];
        weights[feature][order[c]] = (float) weight;
      }
    }
    PhraseNeighbours neighbours =
        encoder == null ? null : PhraseNeighbours.of(classes, labelOf, vectors);
    return new LinearClassifier(labels, vocabulary, idf, weights, encoder, neighbours);
  }

  /// Writes everything but the encoder.
  void write(DataOutputStream out) throws IOException {
    out.writeInt(labels.size());
    for (String label : labels) {
      out.writeUTF(label);
    }
    out.writeInt(idf.length);
    String[] features = new String[idf.length];
    vocabulary.forEach((feature, index) -> features[index] = feature);
    for (int i = 0; i < idf.length; i++) {
      out.writeUTF(features[i]);
      out.writeFloat(idf[i]);
    }
    out.writeInt(weights.length);
    for (float[] row : weights) {
      for (float weight : row) {
        out.writeFloat(weight);
      }
    }
    if (neighbours != null) {
      neighbours.write(out);
    }
  }

  /// Reads what [#write] wrote.
  ///
  /// @param encoder the encoder that it was trained with; null when there was none
  static LinearClassifier read(DataInputStream in, @Nullable SentenceEncoder encoder)
      throws IOException {
    List<String> labels = new ArrayList<>();
    for (int n = limited(in.readInt(), 10_000); n > 0; n--) {
      labels.add(in.readUTF());
    }
    int size = limited(in.readInt(), 10_000_000);
    Map<String, Integer> vocabulary = HashMap.newHashMap(size);
    float[] idf = new float[size];
    for (int i = 0; i < size; i++) {
      vocabulary.put(in.readUTF(), i);
      idf[i] = in.readFloat();
    }
    float[][] weights = new float[limited(in.readInt(), 10_010_000)][labels.size()];
    for (float[] row : weights) {
      for (int c = 0; c < row.length; c++) {
        row[c] = in.readFloat();
      }
    }
    PhraseNeighbours neighbours = encoder == null ? null : PhraseNeighbours.read(in, labels.size());
    return new LinearClassifier(List.copyOf(labels), vocabulary, idf, weights, encoder, neighbours);
  }

  static int limited(int size, int max) throws IOException {
    if (size < 0 || size > max) {
      throw new IOException("the model is damaged");
    }
    return size;
  }

  LinearClassifier encodedBy(SentenceEncoder other) {
    return new LinearClassifier(labels, vocabulary, idf, weights, other, neighbours);
  }

  /// Whether the encoder, when there is one, knows a word.
  boolean knows(String word) {
    return encoder != null && encoder.knows(word);
  }

  public List<String> labels() {
    return labels;
  }

  /// What is said of a phrase.
  ///
  /// @param byLabel above 0 the label claims the phrase, near 1 as surely as in training
  /// @param nearest how alike the nearest phrase of the likeliest labels is, up to 1; not a number
  ///   without sentence vectors
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  public record Margins(double[] byLabel, double nearest) {
    /// The labels, the likeliest first.
    int[] order() {
      return IntStream.range(0, byLabel.length)
          .boxed()
          .sorted(Comparator.comparingDouble(label -> -byLabel[label]))
          .mapToInt(Integer::intValue)
          .toArray();
    }
  }

  public Margins margins(String phrase) {
    float[] vector = encoder == null ? new float[0] : encoder.encode(phrase);
    Margins lines = new Margins(lines(phrase, vector), Double.NaN);
    if (neighbours == null || isEmpty(vector)) {
      return lines;
    }
    int[] heard = Arrays.copyOf(lines.order(), Math.min(HEARD, labels.size()));
    PhraseNeighbours.Say say = neighbours.ask(vector, heard);
    for (int i = 0; i < heard.length; i++) {
      lines.byLabel[heard[i]] += NEIGHBOURS_WEIGHT * say.shares()[i];
    }
    return new Margins(lines.byLabel, say.nearest());
  }

  private static boolean isEmpty(float[] vector) {
    for (float value : vector) {
      if (value != 0) {
        return false;
      }
    }
    return true;
  }

  /// The margins by the lines between labels.
  private double[] lines(String phrase, float[] vector) {
    Map<Integer, Integer> count = new HashMap<>();
    for (String feature : PhraseFeatures.of(phrase)) {
      Integer index = vocabulary.get(feature);
      if (index != null) {
        count.merge(index, 1, Integer::sum);
      }
    }
    double[] margins = new double[labels.size()];
    float[] bias = weights[weights.length - 1];
    for (int c = 0; c < margins.length; c++) {
      margins[c] = bias[c];
    }
    for (int i = 0; i < vector.length; i++) {
      if (vector[i] == 0) {
        // The half of the other language is empty.
        continue;
      }
      float[] row = weights[idf.length + i];
      for (int c = 0; c < margins.length; c++) {
        margins[c] += VECTOR_WEIGHT * vector[i] * row[c];
      }
    }
    double norm = 0;
    for (Map.Entry<Integer, Integer> entry : count.entrySet()) {
      double value = value(entry.getValue(), idf[entry.getKey()]);
      norm += value * value;
    }
    if (norm == 0) {
      return margins;
    }
    double scale = 1 / Math.sqrt(norm);
    for (Map.Entry<Integer, Integer> entry : count.entrySet()) {
      double value = value(entry.getValue(), idf[entry.getKey()]) * scale;
      float[] row = weights[entry.getKey()];
      for (int c = 0; c < margins.length; c++) {
        margins[c] += value * row[c];
      }
    }
    return margins;
  }

  /// The share of the words of a phrase that were seen in training, a Han character counting as a
  /// word; 0 for a phrase without words.
  public double knownShare(String phrase) {
    int words = 0;
    int known = 0;
    for (String feature : PhraseFeatures.of(phrase)) {
      boolean han = feature.length() == 2 && feature.charAt(0) == 'h';
      if (han || feature.charAt(0) == 'w') {
        words++;
        known += vocabulary.containsKey(feature) ? 1 : 0;
      }
    }
    return words == 0 ? 0 : (double) known / words;
  }

  /// The label with the largest margin.
  ///
  /// @param gap how far the next is behind
  /// @param nearest how alike the nearest phrase is, as in [Margins]
  public record Best(String label, double margin, double gap, double nearest) {}

  public Best best(String phrase) {
    Margins margins = margins(phrase);
    int[] order = margins.order();
    double top = margins.byLabel[order[0]];
    return new Best(labels.get(order[0]), top, top - margins.byLabel[order[1]], margins.nearest);
  }

  private static Feature[] features(Map<Integer, Integer> count, float[] idf, float[] vector) {
    int[] indices = count.keySet().stream().mapToInt(Integer::intValue).sorted().toArray();
    double norm = 0;
    double[] values = new double[indices.length];
    for (int i = 0; i < indices.length; i++) {
      values[i] = value(count.getOrDefault(indices[i], 0), idf[indices[i]]);
      norm += values[i] * values[i];
    }
    double scale = norm == 0 ? 0 : 1 / Math.sqrt(norm);
    List<Feature> features = new ArrayList<>(indices.length + vector.length + 1);
    for (int i = 0; i < indices.length; i++) {
      features.add(new FeatureNode(indices[i] + 1, values[i] * scale));
    }
    for (int i = 0; i < vector.length; i++) {
      // The half of the other language is empty.
      if (vector[i] != 0) {
        features.add(new FeatureNode(idf.length + i + 1, VECTOR_WEIGHT * vector[i]));
      }
    }
    features.add(new FeatureNode(idf.length + vector.length + 1, 1));
    return features.toArray(Feature[]::new);
  }

  private static double value(int count, float idf) {
    return (1 + Math.log(count)) * idf;
  }
}
