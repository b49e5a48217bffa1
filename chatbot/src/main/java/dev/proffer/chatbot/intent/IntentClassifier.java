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
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/// Says what a turn wants, with probabilities. Immutable and safe for use by many threads.
public final class IntentClassifier {
  /// Below this share of known words a phrase is more likely noise than what its margins say.
  private static final double MIN_KNOWN_SHARE = 0.5;

  /// How files of models end.
  static final String FILE_ENDING = ".model";

  private static final int MAGIC = 0x50494e33;

  private final LinearClassifier classifier;
  private final Calibration calibration;
  private final PhraseSpelling spelling;

  /// How margins become the probability of being right: a logistic function of the largest margin,
  /// of its distance to the next and of how alike the nearest phrase is.
  public record Calibration(double margin, double gap, double nearest, double bias) {
    /// What a classifier said of a phrase that it never saw.
    ///
    /// @param margin the largest margin
    /// @param gap its distance to the next
    /// @param nearest how alike the nearest phrase is; not a number without sentence vectors
    /// @param right whether the label with the largest margin was the right one
    public record Judged(double margin, double gap, double nearest, boolean right) {
      /// What was said of a phrase whose label is known.
      public static Judged of(LinearClassifier.Best said, String label) {
        return new Judged(said.margin(), said.gap(), said.nearest(), said.label().equals(label));
      }
    }

    /// Fitted by cross-validation on the phrases of the plugin (`./proffer chatbot train` fits
    /// anew).
    public static final Calibration DEFAULT = new Calibration(2.2, 3.0, 0, 0.6);

    /// The same with sentence vectors.
    public static final Calibration WITH_VECTORS = new Calibration(0.30, 2.26, 2.68, -2.53);

    /// Logistic regression; what was judged without vectors gives one that does without.
    public static Calibration fit(List<Judged> rows) {
      boolean vectors = rows.stream().noneMatch(row -> Double.isNaN(row.nearest));
      Problem problem = new Problem();
      problem.l = rows.size();
      problem.n = 4;
      problem.x = new Feature[problem.l][];
      problem.y = new double[problem.l];
      for (int i = 0; i < problem.l; i++) {
        Judged row = rows.get(i);
        problem.x[i] =
            new Feature[] {
              new FeatureNode(1, row.margin),
              new FeatureNode(2, row.gap),
              new FeatureNode(3, vectors ? row.nearest : 0),
              new FeatureNode(4, 1)
            };
        problem.y[i] = row.right ? 1 : 0;
      }
      Linear.disableDebugOutput();
      Model model = Linear.train(problem, new Parameter(SolverType.L2R_LR, 100, 1e-4));
      if (model.getNrClass() < 2) {
        // All right, or all wrong: nothing to learn from.
        return vectors ? WITH_VECTORS : DEFAULT;
      }
      double sign = model.getLabels()[0] == 1 ? 1 : -1;
      double[] w = model.getFeatureWeights();
      return new Calibration(sign * w[0], sign * w[1], sign * w[2], sign * w[3]);
    }

    public double probability(Judged judged) {
      return probability(judged.margin, judged.gap, judged.nearest);
    }

    public double probability(double topMargin, double gapToNext, double nearestPhrase) {
      if (Double.isNaN(nearestPhrase) && nearest != 0) {
        // A turn in a language without an encoder.
        return DEFAULT.probability(topMargin, gapToNext, 0);
      }
      double near = nearest == 0 ? 0 : nearest * nearestPhrase;
      return 1 / (1 + Math.exp(-(margin * topMargin + gap * gapToNext + near + bias)));
    }
  }

  private IntentClassifier(
      LinearClassifier classifier, Calibration calibration, PhraseSpelling spelling) {
    this.classifier = classifier;
    this.calibration = calibration;
    this.spelling = spelling;
  }

  private static PhraseSpelling spelling(Collection<LabelledPhrase> phrases) {
    return new PhraseSpelling(phrases.stream().map(LabelledPhrase::phrase).toList());
  }

  public static IntentClassifier train(Collection<LabelledPhrase> phrases) {
    return train(phrases, Calibration.DEFAULT);
  }

  public static IntentClassifier train(
      Collection<LabelledPhrase> phrases, Calibration calibration) {
    return new IntentClassifier(LinearClassifier.train(phrases, 1), calibration, spelling(phrases));
  }

  /// Learns from the vectors of the phrases too, when there is an encoder.
  public static IntentClassifier train(
      Collection<LabelledPhrase> phrases, @Nullable SentenceEncoder encoder) {
    return new IntentClassifier(
        LinearClassifier.train(phrases, 1, encoder),
        encoder == null ? Calibration.DEFAULT : Calibration.WITH_VECTORS,
        spelling(phrases));
  }

  /// Writes the classifier, without its encoder.
  ///
  /// @param phrasesHash tells which phrases it learnt
  public void save(Path file, String phrasesHash, boolean withEncoder) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".new");
    try (DataOutputStream out =
        new DataOutputStream(
            new BufferedOutputStream(new GZIPOutputStream(Files.newOutputStream(temporary))))) {
      out.writeInt(MAGIC);
      out.writeUTF(phrasesHash);
      out.writeBoolean(withEncoder);
      out.writeDouble(calibration.margin);
      out.writeDouble(calibration.gap);
      out.writeDouble(calibration.nearest);
      out.writeDouble(calibration.bias);
      classifier.write(out);
    }
    Files.move(
        temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  /// Makes the encoder of a model that needs one.
  @FunctionalInterface
  public interface EncoderSource {
    SentenceEncoder open() throws IOException;
  }

  /// Reads a classifier; empty when it learnt other phrases than those of a hash.
  ///
  /// @param phrases the phrases, by whose words typing errors are put right
  public static Optional<IntentClassifier> load(
      Path file, String phrasesHash, Collection<LabelledPhrase> phrases, EncoderSource encoder)
      throws IOException {
    try (DataInputStream in =
        new DataInputStream(
            new BufferedInputStream(new GZIPInputStream(Files.newInputStream(file))))) {
      if (in.readInt() != MAGIC) {
        throw new IOException(file + " is not an intent model");
      }
      if (!in.readUTF().equals(phrasesHash)) {
        return Optional.empty();
      }
      boolean encoded = in.readBoolean();
      Calibration calibration =
          new Calibration(in.readDouble(), in.readDouble(), in.readDouble(), in.readDouble());
      return Optional.of(
          new IntentClassifier(
              LinearClassifier.read(in, encoded ? encoder.open() : null),
              calibration,
              spelling(phrases)));
    }
  }

  /// What tells one set of phrases from another.
  public static String hash(Collection<LabelledPhrase> phrases) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (LabelledPhrase phrase : phrases) {
        digest.update(
            (phrase.label() + "\t" + phrase.phrase() + "\n").getBytes(StandardCharsets.UTF_8));
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Learns from phrases and fits the probabilities by cross-validation in folds: each phrase is
  /// judged by a classifier that never saw it.
  public static IntentClassifier calibrated(
      Collection<LabelledPhrase> phrases, @Nullable SentenceEncoder encoder, int folds) {
    List<LabelledPhrase> shuffled = new ArrayList<>(phrases);
    Collections.shuffle(shuffled, new Random(3));
    List<Calibration.Judged> rows = new ArrayList<>();
    for (int fold = 0; fold < folds; fold++) {
      List<LabelledPhrase> train = new ArrayList<>();
      List<LabelledPhrase> held = new ArrayList<>();
      for (int i = 0; i < shuffled.size(); i++) {
        (i % folds == fold ? held : train).add(shuffled.get(i));
      }
      LinearClassifier part = LinearClassifier.train(train, 1, encoder);
      for (LabelledPhrase phrase : held) {
        rows.add(Calibration.Judged.of(part.best(phrase.phrase()), phrase.label()));
      }
    }
    return new IntentClassifier(
        LinearClassifier.train(phrases, 1, encoder), Calibration.fit(rows), spelling(phrases));
  }

  /// The same with another way to the same vectors, such as one that does not remember.
  public IntentClassifier encodedBy(SentenceEncoder encoder) {
    return new IntentClassifier(classifier.encodedBy(encoder), calibration, spelling);
  }

  public Calibration calibration() {
    return calibration;
  }

  /// The likeliest intents of a masked phrase, at most `limit`. The first has the calibrated
  /// probability that it is right; what is left is shared among the others by their margins.
  public List<IntentScore> classify(String maskedPhrase, int limit) {
    String phrase = spelling.correct(maskedPhrase, classifier::knows);
    LinearClassifier.Margins said = classifier.margins(phrase);
    double[] margins = said.byLabel();
    int[] order = said.order();
    double top = margins[order[0]];
    double known = classifier.knownShare(phrase);
    double confidence =
        calibration.probability(top, top - margins[order[1]], said.nearest())
            * Math.min(1, known / MIN_KNOWN_SHARE);
    double rest = 0;
    for (int i = 1; i < order.length; i++) {
      rest += Math.exp(4 * margins[order[i]]);
    }
    List<IntentScore> scores = new ArrayList<>();
    for (int i = 0; i < Math.min(limit, order.length); i++) {
      int label = order[i];
      scores.add(
          new IntentScore(
              classifier.labels().get(label),
              i == 0 ? confidence : (1 - confidence) * Math.exp(4 * margins[label]) / rest));
    }
    return scores;
  }
}
