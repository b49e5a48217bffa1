// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.registry;

import dev.proffer.featurestore.aggregation.Aggregation;
import dev.proffer.featurestore.row.FeatureType;
import dev.proffer.proto.featurestore.v1.Value;
import org.jspecify.annotations.Nullable;

/// One column of a feature view.
///
/// @param defaultValue stands in for a missing value; null when there is none
/// @param aggregation how the value is computed from events; null for a written feature
/// @param min the smallest number allowed, or negative infinity
/// @param max the largest number allowed, or positive infinity
/// @param vectorLength the length of a float vector; 0 for other types
public record Feature(
    String name,
    FeatureType type,
    @Nullable Value defaultValue,
    @Nullable Aggregation aggregation,
    double min,
    double max,
    int vectorLength,
    String description) {}
