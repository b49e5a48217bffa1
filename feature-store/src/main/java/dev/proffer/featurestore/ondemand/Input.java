// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.ondemand;

import dev.proffer.featurestore.row.FeatureType;

/// What an expression reads.
public sealed interface Input {
  FeatureType type();

  /// A stored feature.
  ///
  /// @param vectorLength the length of a float vector; 0 for other types
  record Stored(String view, String feature, FeatureType type, int vectorLength) implements Input {}

  /// A value that the caller sends with the request.
  record Sent(String name, FeatureType type) implements Input {}
}
