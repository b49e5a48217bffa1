// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.sentiment;

import de.bwaldvogel.liblinear.Feature;
import de.bwaldvogel.liblinear.FeatureNode;
import de.bwaldvogel.liblinear.Linear;
import de.bwaldvogel.liblinear.Model;
import de.bwaldvogel.liblinear.Parameter;
import de.bwaldvogel.liblinear.Problem;
import de.bwaldvogel.liblinear.SolverType;
import dev.proffer.chatbot.embedding.SentenceEncoder;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/// A trained polarity over sentence vectors: logistic regression, one class against the others. A
/// few hundred sentences are enough to teach it, because the encoder already knows which words mean
/// alike. Immutable.
public final class VectorSentiment {
  static final int NEGATIVE = 0;
  static final int NEUTRAL = 1;
  static final int POSITIVE = 2;

  private static final int CLASSES = 3;
  private static final int MAGIC = 0x50565331;

  /// The price of a sentence on the wrong side, chosen by cross-validation on the shipped ones.
  private static final double COST = 10;

  private static final int PIECES_MAX = 12;

  /// What must be lost of a probability when a piece is taken out for the piece to have decided.
  private static final double DECIDES = 0.03;

  private final float[][] weights;
  private final SentenceEncoder encoder;

  /// A sentence with its class.
  public record Labelled(String text, int label) {}

  private VectorSentiment(float[][] weights, SentenceEncoder encoder) {
    this.weights = weights;
    this.encoder = encoder;
  }

  /// The sentences that come with the plugin, in both languages.
  public static List<Labelled> shipped() {
    List<Labelled> rows = new ArrayList<>();
    for (String language : List.of("en", "zh")) {
      try (InputStream in =
          VectorSentiment.class.getResourceAsStream("/sentiment/reviews-" + language + ".tsv")) {
        if (in == null) {
          throw new IllegalStateException("sentiment/reviews-" + language + ".tsv is not there");
        }
        new String(in.readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .filter(line -> !line.startsWith("#"))
            .map(line -> line.split("\t", 2))
            .filter(cells -> cells.length == 2)
            .forEach(cells ->
                rows.add(
                    new Labelled(
                        cells[1],
                        switch (cells[0]) {
                          case "+" -> POSITIVE;
                          case "-" -> NEGATIVE;
                          default -> NEUTRAL;
                        })));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return rows;
  }

  /// Learns from sentences. The same sentences in the same order give the same model.
  public static VectorSentiment train(List<Labelled> rows, SentenceEncoder encoder) {
    Problem problem = new Problem();
    problem.l = rows.size();
    problem.bias = 1;
    problem.x = new Feature[rows.size()][];
    problem.y = new double[rows.size()];
    int size = 0;
    for (int row = 0; row < rows.size(); row++) {
      float[] vector = encoder.encode(rows.get(row).text);
      size = vector.length;
      List<Feature> features = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        // The half of the other language is empty.
        if (vector[i] != 0) {
          features.add(new FeatureNode(i + 1, vector[i]));
        }
      }
      features.add(new FeatureNode(size + 1, 1));
      problem.x[row] = features.toArray(Feature[]::new);
      problem.y[row] = rows.get(row).label;
    }
    problem.n = size + 1;
    Parameter parameter = new Parameter(SolverType.L2R_LR, COST, 0.001, 300);
    parameter.setRandom(new Random(7));
    Linear.disableDebugOutput();
    Model model = Linear.train(problem, parameter);
    double[] learnt = model.getFeatureWeights();
    int[] order = model.getLabels();
    float[][] weights = new float[CLASSES][size + 1];
    for (int i = 0; i <= size; i++) {
      for (int c = 0; c < order.length; c++) {
        weights[order[c]][i] = (float) learnt[i * order.length + c];
      }
    }
    return new VectorSentiment(weights, encoder);
  }

  /// The probabilities of negative, neutral and positive.
  double[] probabilities(String text) {
    float[] vector = encoder.encode(text);
    double[] p = new double[CLASSES];
    double sum = 0;
    for (int c = 0; c < CLASSES; c++) {
      double z = weights[c][vector.length];
      for (int i = 0; i < vector.length; i++) {
        z += weights[c][i] * vector[i];
      }
      p[c] = 1 / (1 + Math.exp(-z));
      sum += p[c];
    }
    for (int c = 0; c < CLASSES; c++) {
      p[c] /= sum;
    }
    return p;
  }

  /// The words that decided for a class: those without which it would be less likely, the strongest
  /// first. Reads the text once for each word, so that it is only for when nothing else can tell.
  List<String> deciding(String text, int of, int limit) {
    record Piece(String text, double loss) {}
    List<String> pieces = pieces(text);
    if (pieces.size() < 2) {
      return pieces;
    }
    double whole = probabilities(text)[of];
    List<Piece> losses = new ArrayList<>();
    for (String piece : pieces) {
      double without = probabilities(text.replace(piece, " "))[of];
      if (whole - without >= DECIDES) {
        losses.add(new Piece(piece, whole - without));
      }
    }
    losses.sort(Comparator.comparingDouble(Piece::loss).reversed());
    return losses.stream().map(Piece::text).limit(limit).toList();
  }

  /// Latin words, and Han characters two at a time.
  private static List<String> pieces(String text) {
    List<String> pieces = new ArrayList<>();
    int i = 0;
    while (i < text.length() && pieces.size() < PIECES_MAX) {
      char c = text.charAt(i);
      int end = i + 1;
      if (SentimentLexicon.isHan(c)) {
        if (end < text.length() && SentimentLexicon.isHan(text.charAt(end))) {
          end++;
        }
        pieces.add(text.substring(i, end));
      } else if (Character.isLetter(c)) {
        while (end < text.length()
            && (Character.isLetter(text.charAt(end)) || text.charAt(end) == '\'')
            && !SentimentLexicon.isHan(text.charAt(end))) {
          end++;
        }
        if (end - i > 2) {
          pieces.add(text.substring(i, end));
        }
      }
      i = end;
    }
    return pieces.stream().distinct().toList();
  }

  /// Writes the model, without its encoder.
  void save(Path file, String key) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".new");
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(temporary)))) {
      out.writeInt(MAGIC);
      out.writeUTF(key);
      out.writeInt(weights[0].length);
      for (float[] row : weights) {
        for (float weight : row) {
          out.writeFloat(weight);
        }
      }
    }
    Files.move(
        temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  /// Reads what [#save] wrote; fails when it learnt something else than what `key` says.
  static VectorSentiment load(Path file, String key, SentenceEncoder encoder) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      if (in.readInt() != MAGIC || !in.readUTF().equals(key)) {
        throw new IOException(file + " learnt something else");
      }
      int size = in.readInt();
      if (size < 1 || size > 100_000) {
        throw new IOException(file + " is damaged");
      }
      float[][] weights = new float[CLASSES][size];
      for (float[] row : weights) {
        for (int i = 0; i < size; i++) {
          row[i] = in.readFloat();
        }
      }
      return new VectorSentiment(weights, encoder);
    }
  }

  static String key(List<Labelled> rows) {
    int hash = 1;
    for (Labelled row : rows) {
      hash = 31 * (31 * hash + row.text.hashCode()) + row.label;
    }
    return "v1-" + rows.size() + "-" + Integer.toHexString(hash);
  }
}
