// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.registry;

import dev.proffer.featurestore.ondemand.OnDemandView;
import java.util.List;

/// The ordered list of features that one model reads.
///
/// @param hash identifies the ordered names, types and defaults of the features
/// @param onDemand what is computed of the features of both parts, after those that are stored
public record FeatureSet(
    String name,
    String hash,
    List<Columns> context,
    List<Columns> candidate,
    OnDemandColumns onDemand) {
  public FeatureSet {
    context = List.copyOf(context);
    candidate = List.copyOf(candidate);
  }

  /// On-demand features, and the stored views that only they read.
  ///
  /// @param context those that are the same for all candidates
  /// @param candidate those that each candidate has
  /// @param contextViews views of the context entity that are read
  /// @param candidateViews views of the candidates that are read
  public record OnDemandColumns(
      List<ComputedColumns> context,
      List<ComputedColumns> candidate,
      List<FeatureView> contextViews,
      List<FeatureView> candidateViews) {
    public static final OnDemandColumns NONE =
        new OnDemandColumns(List.of(), List.of(), List.of(), List.of());

    public OnDemandColumns {
      context = List.copyOf(context);
      candidate = List.copyOf(candidate);
      contextViews = List.copyOf(contextViews);
      candidateViews = List.copyOf(candidateViews);
    }

    public boolean isEmpty() {
      return context.isEmpty() && candidate.isEmpty();
    }
  }

  /// The columns that one on-demand view gives, in declared order.
  @SuppressWarnings("ArrayRecordComponent") // Never compared; iterated on the hot path.
  public record ComputedColumns(OnDemandView view, int[] columns) {}

  /// Whether the features of a context entity are read.
  public boolean readsContext() {
    return !context.isEmpty() || !onDemand.contextViews.isEmpty();
  }

  /// The columns that one view gives, numbers and others apart, each in declared order.
  ///
  /// @param numeric positions of single numbers in the view
  /// @param others positions of texts, lists and vectors in the view
  @SuppressWarnings("ArrayRecordComponent") // Never compared; iterated on the hot path.
  public record Columns(FeatureView view, int[] numeric, int[] others) {}
}
