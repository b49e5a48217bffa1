// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.registry;

import java.util.List;

/// The ordered list of features that one model reads.
///
/// @param hash identifies the ordered names, types and defaults of the features
public record FeatureSet(String name, String hash, List<Columns> context, List<Columns> candidate) {
  public FeatureSet {
    context = List.copyOf(context);
    candidate = List.copyOf(candidate);
  }

  /// The columns that one view gives, numbers and others apart, each in declared order.
  ///
  /// @param numeric positions of single numbers in the view
  /// @param others positions of texts, lists and vectors in the view
  @SuppressWarnings("ArrayRecordComponent") // Never compared; iterated on the hot path.
  public record Columns(FeatureView view, int[] numeric, int[] others) {}
}
