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
      String description) {
    /// A result of the expression as a value of the feature: the default, or none, for NaN.
    public Value value(double result) {
      if (Double.isNaN(result)) {
        return defaultValue == null ? Value.getDefaultInstance() : defaultValue;
      }
      Value.Builder value = Value.newBuilder();
      return switch (type) {
        case FLOAT -> value.setFloatValue((float) result).build();
        case DOUBLE -> value.setDoubleValue(result).build();
        case INT64 -> value.setInt64Value((long) result).build();
        case BOOL -> value.setBoolValue(result != 0).build();
        case STRING, FLOAT_VECTOR, STRING_LIST, INT64_LIST, DOUBLE_MAP ->
            Value.getDefaultInstance();
      };
    }
  }

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
