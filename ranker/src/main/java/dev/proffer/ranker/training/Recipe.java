// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.training;

import dev.proffer.ranker.retrieval.ImplicitFactors;
import dev.proffer.ranker.retrieval.ItemKnn;
import dev.proffer.ranker.retrieval.ItemRegression;
import dev.proffer.ranker.retrieval.SelfAttention;
import dev.proffer.ranker.retrieval.Spectral;

/// Which source is learned as a whole, and with which parameters.
sealed interface Recipe {
  /// The name of the source.
  String name();

  record Neighbours(ItemKnn.Parameters parameters) implements Recipe {
    @Override
    public String name() {
      return ItemKnn.NAME;
    }
  }

  record Factors(ImplicitFactors.Parameters parameters) implements Recipe {
    @Override
    public String name() {
      return ImplicitFactors.NAME;
    }
  }

  record Directions(Spectral.Parameters parameters) implements Recipe {
    @Override
    public String name() {
      return Spectral.NAME;
    }
  }

  record Regression(ItemRegression.Parameters parameters) implements Recipe {
    @Override
    public String name() {
      return ItemRegression.NAME;
    }
  }

  /// The sequence model.
  ///
  /// @param epochs after which validation was best
  record Sequences(
      SelfAttention.Shape shape, SelfAttentionTrainer.Parameters parameters, int epochs)
      implements Recipe {
    @Override
    public String name() {
      return SelfAttention.NAME;
    }
  }
}
