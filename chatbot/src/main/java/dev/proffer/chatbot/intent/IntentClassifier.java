// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.intent;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/// Says what a turn wants, with probabilities. Immutable and safe for use by many threads.
public final class IntentClassifier {
  /// Below this share of known words a phrase is more likely noise than what its margins say.
  private static final double MIN_KNOWN_SHARE = 0.5;

  private final LinearClassifier classifier;
  private final Calibration calibration;

  /// How margins become the probability of being right: a logistic function of the largest margin
  /// and of its distance to the next.
  public record Calibration(double margin, double gap, double bias) {
    /// Fitted by cross-validation on the phrases of the plugin (`./proffer chatbot train` fits
    /// anew).
    public static final Calibration DEFAULT = new Calibration(2.2, 3.0, 0.6);

    double probability(double topMargin, double gapToNext) {
      return 1 / (1 + Math.exp(-(margin * topMargin + gap * gapToNext + bias)));
    }
  }

  private IntentClassifier(LinearClassifier classifier, Calibration calibration) {
    this.classifier = classifier;
    this.calibration = calibration;
  }

  public static IntentClassifier train(Collection<LabelledPhrase> phrases) {
    return train(phrases, Calibration.DEFAULT);
  }

  public static IntentClassifier train(
      Collection<LabelledPhrase> phrases, Calibration calibration) {
    return new IntentClassifier(LinearClassifier.train(phrases, 1), calibration);
  }

  /// The likeliest intents of a masked phrase, at most `limit`. The first has the calibrated
  /// probability that it is right; what is left is shared among the others by their margins.
  public List<IntentScore> classify(String maskedPhrase, int limit) {
    double[] margins = classifier.margins(maskedPhrase);
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < margins.length; i++) {
      order.add(i);
    }
    order.sort(Comparator.comparingDouble(i -> -margins[i]));
    double top = margins[order.get(0)];
    double known = classifier.knownShare(maskedPhrase);
    double confidence =
        calibration.probability(top, top - margins[order.get(1)])
            * Math.min(1, known / MIN_KNOWN_SHARE);
    double rest = 0;
    for (int i = 1; i < order.size(); i++) {
      rest += Math.exp(4 * margins[order.get(i)]);
    }
    List<IntentScore> scores = new ArrayList<>();
    for (int i = 0; i < Math.min(limit, order.size()); i++) {
      int label = order.get(i);
      scores.add(
          new IntentScore(
              classifier.labels().get(label),
              i == 0 ? confidence : (1 - confidence) * Math.exp(4 * margins[label]) / rest));
    }
    return scores;
  }
}
