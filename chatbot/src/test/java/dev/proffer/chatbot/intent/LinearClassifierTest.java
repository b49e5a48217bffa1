// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.intent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.proffer.chatbot.embedding.SentenceEncoder;
import dev.proffer.chatbot.intent.IntentClassifier.Calibration;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LinearClassifierTest {
  /// The angle of a phrase is its last word: `w 30` lies at 30 degrees. `x 30` does so in another
  /// language, and what is no number has no vector.
  private static final SentenceEncoder ANGLES =
      phrase -> {
        float[] vector = new float[4];
        String last = phrase.substring(phrase.lastIndexOf(' ') + 1);
        if (last.chars().allMatch(Character::isDigit)) {
          int from = phrase.startsWith("x") ? 2 : 0;
          vector[from] = (float) Math.cos(Math.toRadians(Integer.parseInt(last)));
          vector[from + 1] = (float) Math.sin(Math.toRadians(Integer.parseInt(last)));
        }
        return vector;
      };

  private static LinearClassifier learnt() {
    List<LabelledPhrase> phrases = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      phrases.add(new LabelledPhrase("w " + i, "low"));
      phrases.add(new LabelledPhrase("w " + (80 + i), "high"));
    }
    // An island of the one among the other.
    phrases.add(new LabelledPhrase("w 70", "low"));
    phrases.add(new LabelledPhrase("w 71", "low"));
    phrases.add(new LabelledPhrase("x 10", "other"));
    phrases.add(new LabelledPhrase("x 20", "other"));
    return LinearClassifier.train(phrases, 1, ANGLES);
  }

  @Test
  void saysHowAlikeTheNearestPhraseIs() {
    LinearClassifier classifier = learnt();
    assertThat(classifier.margins("w 3").nearest()).isEqualTo(1, within(0.02));
    assertThat(classifier.margins("w 40").nearest())
        .isEqualTo(Math.cos(Math.toRadians(30)), within(0.02));
    assertThat(classifier.margins("x 80").nearest())
        .isEqualTo(Math.cos(Math.toRadians(60)), within(0.02));
    assertThat(classifier.margins("what is this").nearest()).isNaN();
    assertThat(
            LinearClassifier.train(
                    List.of(new LabelledPhrase("yes", "a"), new LabelledPhrase("no", "b")), 1)
                .margins("yes")
                .nearest())
        .isNaN();
  }

  @Test
  void neighboursSpeakAndTheNearerOnesLouder() {
    LinearClassifier classifier = learnt();
    assertThat(classifier.best("w 4").label()).isEqualTo("low");
    assertThat(classifier.best("w 88").label()).isEqualTo("high");
    assertThat(classifier.best("x 15").label()).isEqualTo("other");
    double[] beside = classifier.margins("w 72").byLabel();
    double[] among = classifier.margins("w 84").byLabel();
    int low = classifier.labels().indexOf("low");
    assertThat(beside[low]).isGreaterThan(among[low]);
  }

  @Test
  void readsWhatItWrote() throws Exception {
    LinearClassifier classifier = learnt();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    classifier.write(new DataOutputStream(bytes));
    LinearClassifier read =
        LinearClassifier.read(
            new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())), ANGLES);
    for (String phrase : List.of("w 4", "w 60", "x 9", "nothing")) {
      assertThat(read.best(phrase)).isEqualTo(classifier.best(phrase));
    }
  }

  @Test
  void probabilitiesAreThoseOfWhatWasJudged() {
    Random random = new Random(1);
    Calibration truth = new Calibration(1, 2, 4, -4);
    List<Calibration.Judged> rows = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      double margin = random.nextGaussian();
      double gap = random.nextDouble();
      double nearest = random.nextDouble();
      rows.add(
          new Calibration.Judged(
              margin, gap, nearest, random.nextDouble() < truth.probability(margin, gap, nearest)));
    }
    Calibration fitted = Calibration.fit(rows);
    for (Calibration.Judged row : rows.subList(0, 100)) {
      assertThat(fitted.probability(row.margin(), row.gap(), row.nearest()))
          .isEqualTo(truth.probability(row.margin(), row.gap(), row.nearest()), within(0.05));
    }
    // A turn without a vector is judged as if there were no encoder.
    assertThat(fitted.probability(0.5, 0.5, Double.NaN))
        .isEqualTo(Calibration.DEFAULT.probability(0.5, 0.5, Double.NaN));
    assertThat(Calibration.fit(List.of(new Calibration.Judged(1, 1, 1, true))))
        .isEqualTo(Calibration.WITH_VECTORS);
    assertThat(Calibration.fit(List.of(new Calibration.Judged(1, 1, Double.NaN, true))))
        .isEqualTo(Calibration.DEFAULT);
  }
}
