// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.ondemand;

import dev.proffer.featurestore.row.FeatureType;
import dev.proffer.proto.featurestore.v1.Value;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Features that are computed when they are read, from stored features and from what the request
/// brings along.
///
/// @param sent the values of the request that they may read, by name
public record OnDemandView(
    String name, Map<String, FeatureType> sent, List<Computed> features, String description) {
  public OnDemandView {
    sent = Map.copyOf(sent);
    features = List.copyOf(features);
  }

  /// One feature.
  ///
  /// @param defaultValue stands in for a missing value; null when there is none
  public record Computed(
      String name,
      FeatureType type,
      @Nullable Value defaultValue,
      Expression expression,
      String description) {}

  /// The position of a feature, or -1 when there is none of this name.
  public int column(String feature) {
    for (int i = 0; i < features.size(); i++) {
      if (features.get(i).name().equals(feature)) {
        return i;
      }
    }
    return -1;
  }
}
