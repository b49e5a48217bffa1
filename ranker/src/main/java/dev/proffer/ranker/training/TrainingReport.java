// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.training;

import dev.proffer.ranker.retrieval.SeqKnn;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a training run did and how good the result is.
///
/// @param version the bundle
/// @param bundle its folder
/// @param protocol how the figures were made, in one paragraph
/// @param rows the figures, the product's own blend first in each part
/// @param seqKnn the chosen parameters
/// @param weights the chosen weights of the sources
/// @param sources what became of each source that is learned as a whole, by name
/// @param cutOff whether the search ended because the time was over: only a search that came to its
///   end gives the same bundle again
/// @param ordering whether the learned ranker or the blend orders the candidates, and why
/// @param heads what was learnt of clicks and purchases, and why not more
/// @param heldOut the model whose test figures these are
public record TrainingReport(
    String version,
    Path bundle,
    String protocol,
    long events,
    int people,
    int items,
    List<Row> rows,
    SeqKnn.Parameters seqKnn,
    Map<String, Double> weights,
    Map<String, String> sources,
    boolean cutOff,
    String ordering,
    HeadReport heads,
    HeldOutModel heldOut,
    double seconds) {
  /// Figures of one way to recommend.
  ///
  /// @param part `validation` or `test`
  /// @param name `blend`, the name of a source, or `popularity-plain`: honest counts of the data
  ///   that was trained with
  /// @param cases how many lists were looked at
  public record Row(
      String part, String name, long cases, double hitRate10, double ndcg10, double coverage10) {}

  public TrainingReport {
    rows = List.copyOf(rows);
    weights = Map.copyOf(weights);
    sources = Collections.unmodifiableMap(new LinkedHashMap<>(sources));
  }

  /// The figures of one part and name.
  public Row row(String part, String name) {
    return rows.stream()
        .filter(row -> row.part().equals(part) && row.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(part + "." + name + ": no such figures"));
  }
}
