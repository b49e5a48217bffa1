// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight.intent;

import dev.proffer.ranker.learning.Examples;
import dev.proffer.ranker.learning.LearningException;
import dev.proffer.ranker.learning.LogisticRegression;
import dev.proffer.ranker.learning.Predictor;
import dev.proffer.ranker.learning.TreeModel;
import dev.proffer.ranker.learning.TreeShap;
import java.util.Arrays;

/// A model of intent that explains itself and can be written down.
public sealed interface IntentClassifier extends Predictor {
  /// What each column adds to the log-odds of a row.
  double[] contributions(double[] row);

  /// The share of each column in what was learned.
  double[] importance();

  /// The model as text, exact to the bit; [#parse] reads it.
  String text();

  /// Logistic regression of amounts and counts whose long tails are tamed by logarithms.
  record Regression(LogisticRegression model) implements IntentClassifier {
    private static final String HEAD = "tamed ";

    static Regression train(Examples examples) {
      Examples.Builder builder = Examples.of(examples.names());
      for (int row = 0; row < examples.rows(); row++) {
        builder.add(examples.label(row), tamed(examples.row(row)));
      }
      return new Regression(LogisticRegression.train(builder.build(), 1));
    }

    private static double[] tamed(double[] row) {
      double[] tamed = new double[row.length];
      for (int i = 0; i < row.length; i++) {
        tamed[i] = Math.signum(row[i]) * Math.log1p(Math.abs(row[i]));
      }
      return tamed;
    }

    @Override
    public double predict(double[] row) {
      return model.predict(tamed(row));
    }

    @Override
    public double[] contributions(double[] row) {
      return model.contributions(tamed(row));
    }

    @Override
    public double[] importance() {
      double[] weights = Arrays.stream(model.weights()).map(Math::abs).toArray();
      double total = Arrays.stream(weights).sum();
      return Arrays.stream(weights).map(weight -> total == 0 ? 0 : weight / total).toArray();
    }

    @Override
    public String text() {
      return HEAD + model.text();
    }
  }

  /// A random forest or boosted trees.
  record Trees(TreeModel model, TreeShap shap) implements IntentClassifier {
    Trees(TreeModel model) {
      this(model, new TreeShap(model));
    }

    @Override
    public double predict(double[] row) {
      return model.predict(row);
    }

    @Override
    public double[] contributions(double[] row) {
      return shap.contributions(row);
    }

    @Override
    public double[] importance() {
      return model.importance();
    }

    @Override
    public String text() {
      return model.text();
    }
  }

  /// Reads what [#text] wrote.
  ///
  /// @throws LearningException when it is something else
  static IntentClassifier parse(String text) {
    return text.startsWith(Regression.HEAD)
        ? new Regression(LogisticRegression.parse(text.substring(Regression.HEAD.length())))
        : new Trees(TreeModel.parse(text));
  }
}
