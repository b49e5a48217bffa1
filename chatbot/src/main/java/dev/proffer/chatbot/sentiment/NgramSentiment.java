// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.sentiment;

import de.bwaldvogel.liblinear.Feature;
import de.bwaldvogel.liblinear.FeatureNode;
import de.bwaldvogel.liblinear.Linear;
import de.bwaldvogel.liblinear.Model;
import de.bwaldvogel.liblinear.Parameter;
import de.bwaldvogel.liblinear.Problem;
import de.bwaldvogel.liblinear.SolverType;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/// A trained polarity: a linear support vector machine over which n-grams occur, each weighed by
/// how rare it is. Han characters one to four at a time, Latin words one and two. Immutable.
/// (Scaling each n-gram by how much more often it stands in good texts was tried and lost 1.8
/// points.)
///
/// N-grams are hashed, so that a model is one array of numbers and keeps no text of its data.
public final class NgramSentiment {
  private static final int BITS = 21;
  private static final int SIZE = 1 << BITS;
  private static final int MAX_CHARS = 1_000;
  private static final int MAGIC = 0x50534e31;
  private static final int MAX_HAN = 4;

  /// By hash of an n-gram: its part in the log-odds of a good text.
  private final float[] weights;

  /// By hash of an n-gram: its part in the length of a text; 0 for one that was not learnt.
  private final float[] idf;

  private final float bias;

  /// The log-odds are this times the margin, fitted so that probabilities are true.
  private final float slope;

  /// A text with its polarity.
  public record Labelled(String text, boolean positive) {}

  private NgramSentiment(float[] weights, float[] idf, float bias, float slope) {
    this.weights = weights;
    this.idf = idf;
    this.bias = bias;
    this.slope = slope;
  }

  /// Learns from texts. The same texts in the same order give the same model. A tenth of them is
  /// kept back to fit the probabilities.
  public static NgramSentiment train(List<Labelled> texts, double cost) {
    if (texts.size() < 2) {
      throw new IllegalArgumentException("texts: " + texts.size() + " (expected: two or more)");
    }
    List<int[]> rows = new ArrayList<>(texts.size());
    int[] count = new int[SIZE];
    for (Labelled text : texts) {
      int[] grams = grams(text.text);
      rows.add(grams);
      for (int gram : grams) {
        count[gram]++;
      }
    }
    float[] idf = new float[SIZE];
    for (int i = 0; i < SIZE; i++) {
      if (count[i] > 1) {
        idf[i] = (float) (Math.log((1.0 + texts.size()) / (1.0 + count[i])) + 1);
      }
    }
    // The fit of the slope needs margins of texts that were not learnt from.
    boolean calibrated = texts.size() >= 200;
    int held = calibrated ? Math.min(texts.size() / 10, 3_000) : 0;
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      order.add(i);
    }
    java.util.Collections.shuffle(order, new Random(11));
    float slope = 2.5f;
    if (calibrated) {
      NgramSentiment part = fit(texts, rows, idf, order.subList(held, order.size()), cost, 1);
      slope = slope(part, texts, order.subList(0, held));
    }
    return fit(texts, rows, idf, order, cost, slope);
  }

  private static NgramSentiment fit(
      List<Labelled> texts,
      List<int[]> rows,
      float[] idf,
      List<Integer> of,
      double cost,
      float slope) {
    Problem problem = new Problem();
    problem.l = of.size();
    problem.n = SIZE + 1;
    problem.bias = 1;
    problem.x = new Feature[of.size()][];
    problem.y = new double[of.size()];
    for (int r = 0; r < of.size(); r++) {
      int row = of.get(r);
      problem.x[r] = features(rows.get(row), idf);
      problem.y[r] = texts.get(row).positive ? 1 : -1;
    }
    Parameter parameter = new Parameter(SolverType.L2R_L2LOSS_SVC_DUAL, cost, 0.05, 100);
    parameter.setRandom(new Random(7));
    Linear.disableDebugOutput();
    Model model = Linear.train(problem, parameter);
    double[] w = model.getFeatureWeights();
    float sign = model.getLabels()[0] == 1 ? 1 : -1;
    float[] weights = new float[SIZE];
    for (int i = 0; i < SIZE; i++) {
      weights[i] = (float) (sign * w[i] * idf[i]);
    }
    return new NgramSentiment(weights, idf, (float) (sign * w[SIZE]), slope);
  }

  private static Feature[] features(int[] grams, float[] idf) {
    int known = 0;
    double norm = 0;
    for (int gram : grams) {
      known += idf[gram] != 0 ? 1 : 0;
      norm += idf[gram] * idf[gram];
    }
    double scale = norm == 0 ? 0 : 1 / Math.sqrt(norm);
    Feature[] features = new Feature[known + 1];
    int at = 0;
    for (int gram : grams) {
      if (idf[gram] != 0) {
        features[at++] = new FeatureNode(gram + 1, idf[gram] * scale);
      }
    }
    features[at] = new FeatureNode(SIZE + 1, 1);
    return features;
  }

  /// The slope with the least logarithmic loss, by Newton's steps.
  private static float slope(NgramSentiment model, List<Labelled> texts, List<Integer> of) {
    double slope = 1;
    for (int step = 0; step < 30; step++) {
      double gradient = 0;
      double curvature = 1e-9;
      for (int row : of) {
        double margin = model.margin(texts.get(row).text);
        double p = 1 / (1 + Math.exp(-slope * margin));
        gradient += margin * ((texts.get(row).positive ? 1 : 0) - p);
        curvature += margin * margin * p * (1 - p);
      }
      slope = Math.clamp(slope + gradient / curvature, 0.05, 50);
    }
    return (float) slope;
  }

  /// The log-odds that a text in lower case is good; 0 when it has nothing known.
  public double logOdds(String lower) {
    return slope * margin(lower);
  }

  private double margin(String lower) {
    int[] grams = grams(lower);
    double sum = 0;
    double norm = 0;
    for (int gram : grams) {
      sum += weights[gram];
      norm += idf[gram] * idf[gram];
    }
    return norm == 0 ? 0 : sum / Math.sqrt(norm) + bias;
  }

  /// The words that decided for a side, strongest first: parts of the text that say most for it.
  public List<String> deciding(String lower, boolean positive, int limit) {
    record Scored(String gram, double weight) {}
    List<Scored> scored = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    eachGram(
        cut(lower),
        (start, end, hash) -> {
          String gram = lower.substring(start, end);
          double weight = weights[hash] * (positive ? 1 : -1);
          if (weight > 0 && gram.length() > 1 && seen.add(gram)) {
            scored.add(new Scored(gram, weight));
          }
        });
    scored.sort(Comparator.comparingDouble(Scored::weight).reversed());
    List<String> words = new ArrayList<>();
    for (Scored candidate : scored) {
      if (words.size() == limit) {
        break;
      }
      if (words.stream()
          .noneMatch(word -> word.contains(candidate.gram) || candidate.gram.contains(word))) {
        words.add(candidate.gram);
      }
    }
    return words;
  }

  public void save(Path file) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".new");
    try (DataOutputStream out =
        new DataOutputStream(
            new BufferedOutputStream(new GZIPOutputStream(Files.newOutputStream(temporary))))) {
      out.writeInt(MAGIC);
      out.writeFloat(bias);
      out.writeFloat(slope);
      for (int i = 0; i < SIZE; i++) {
        if (idf[i] != 0) {
          out.writeInt(i);
          out.writeFloat(idf[i]);
          out.writeFloat(weights[i]);
        }
      }
      out.writeInt(-1);
    }
    Files.move(
        temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  public static NgramSentiment load(Path file) throws IOException {
    try (DataInputStream in =
        new DataInputStream(
            new BufferedInputStream(new GZIPInputStream(Files.newInputStream(file))))) {
      if (in.readInt() != MAGIC) {
        throw new IOException(file + " is not a sentiment model");
      }
      float bias = in.readFloat();
      float slope = in.readFloat();
      float[] weights = new float[SIZE];
      float[] idf = new float[SIZE];
      for (int i = in.readInt(); i >= 0; i = in.readInt()) {
        if (i >= SIZE) {
          throw new IOException(file + " is damaged");
        }
        idf[i] = in.readFloat();
        weights[i] = in.readFloat();
      }
      return new NgramSentiment(weights, idf, bias, slope);
    }
  }

  private static String cut(String text) {
    return text.length() > MAX_CHARS ? text.substring(0, MAX_CHARS) : text;
  }

  /// The distinct n-grams of a text, in order of their hashes.
  private static int[] grams(String lower) {
    IntBag bag = new IntBag();
    eachGram(cut(lower), (_, _, hash) -> bag.accept(hash));
    return bag.distinct();
  }

  private interface GramVisitor {
    void gram(int start, int end, int hash);
  }

  private static void eachGram(String text, GramVisitor visitor) {
    int previousStart = -1;
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (SentimentLexicon.isHan(c) || isMark(c)) {
        for (int length = 1; length <= MAX_HAN && i + length <= text.length(); length++) {
          char last = text.charAt(i + length - 1);
          if (Character.isWhitespace(last)) {
            break;
          }
          visitor.gram(i, i + length, hash(text, i, i + length));
        }
        previousStart = -1;
        i++;
      } else if (Character.isLetterOrDigit(c)) {
        int end = i + 1;
        while (end < text.length()
            && (Character.isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '\'')
            && !SentimentLexicon.isHan(text.charAt(end))) {
          end++;
        }
        visitor.gram(i, end, hash(text, i, end));
        if (previousStart >= 0) {
          visitor.gram(previousStart, end, hash(text, previousStart, end));
        }
        previousStart = i;
        i = end;
      } else {
        i++;
      }
    }
  }

  private static boolean isMark(char c) {
    return c == '!' || c == '?' || c == '，' || c == '。' || c == ',' || c == '~';
  }

  private static int hash(String text, int start, int end) {
    int hash = 0x811c9dc5 ^ (end - start);
    for (int i = start; i < end; i++) {
      hash = (hash ^ text.charAt(i)) * 0x01000193;
    }
    hash ^= hash >>> 15;
    hash *= 0x2c1b3c6d;
    hash ^= hash >>> 13;
    return hash & (SIZE - 1);
  }

  private static final class IntBag implements IntConsumer {
    private int[] values = new int[256];
    private int size;

    @Override
    public void accept(int value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, size * 2);
      }
      values[size++] = value;
    }

    int[] distinct() {
      int[] sorted = Arrays.copyOf(values, size);
      Arrays.sort(sorted);
      int kept = 0;
      for (int i = 0; i < sorted.length; i++) {
        if (i == 0 || sorted[i] != sorted[i - 1]) {
          sorted[kept++] = sorted[i];
        }
      }
      return Arrays.copyOf(sorted, kept);
    }
  }
}
