// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.model;

import dev.proffer.ranker.ctr.ShopHeads;
import dev.proffer.ranker.reranking.RankModel;
import dev.proffer.ranker.retrieval.Popularity;
import dev.proffer.ranker.retrieval.SeqKnn;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a training run found out, ready to be written as a bundle or to serve.
///
/// @param version names the bundle
/// @param trainedAtUnixMs when it was trained
/// @param eventOffset the first event of the log that it has not learned from
/// @param featureSetHash the features that it reads; empty when it reads none
/// @param weights the weight of each candidate source in the blend, by name
/// @param metrics figures of the training run, such as `test.ndcg@10`
/// @param ranker what orders the candidates; null when the blend does it better
/// @param sources candidate sources that were learned as a whole, as far as validation wanted them
/// @param heads how probable clicks and purchases are; null when the decision log taught nothing
public record TrainedModel(
    String version,
    long trainedAtUnixMs,
    long eventOffset,
    String featureSetHash,
    Map<String, Double> weights,
    Map<String, Double> metrics,
    SeqKnn seqKnn,
    Popularity popularity,
    @Nullable RankModel ranker,
    BatchSources sources,
    @Nullable ShopHeads heads) {
  /// The weights of a model that nobody has trained yet.
  public static final Map<String, Double> WEIGHTS_UNTRAINED =
      Map.of(SeqKnn.NAME, 1.0, "content", 0.3, Popularity.NAME, 0.1);

  /// 30 days.
  public static final double HALF_LIFE_MILLIS_UNTRAINED = 30 * 86_400_000.0;

  public TrainedModel {
    weights = Map.copyOf(weights);
    metrics = Map.copyOf(metrics);
  }

  /// A model without heads and without sources that were learned as a whole.
  public TrainedModel(
      String version,
      long trainedAtUnixMs,
      long eventOffset,
      String featureSetHash,
      Map<String, Double> weights,
      Map<String, Double> metrics,
      SeqKnn seqKnn,
      Popularity popularity,
      @Nullable RankModel ranker) {
    this(
        version,
        trainedAtUnixMs,
        eventOffset,
        featureSetHash,
        weights,
        metrics,
        seqKnn,
        popularity,
        ranker,
        BatchSources.NONE,
        null);
  }

  /// What serves before the first training: it learns from the event log as it goes.
  public static TrainedModel untrained() {
    return new TrainedModel(
        "",
        0,
        0,
        "",
        WEIGHTS_UNTRAINED,
        Map.of(),
        new SeqKnn(SeqKnn.Parameters.DEFAULT),
        new Popularity(HALF_LIFE_MILLIS_UNTRAINED),
        null);
  }

  public double weight(String source) {
    return weights.getOrDefault(source, 0.0);
  }
}
