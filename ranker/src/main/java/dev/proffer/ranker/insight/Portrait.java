// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import java.util.List;
import java.util.Map;

/// What is known of one person now.
///
/// @param facts those that exist; no value is NaN
/// @param categories decayed shares of interest, largest first
/// @param interest the direction of interest in texts, of length 1 or empty; see [InterestVector]
/// @param segmentIds the found segment first, then rule segments
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
public record Portrait(
    String userId,
    Map<PersonFact, Double> facts,
    String currency,
    Map<String, Double> categories,
    Map<String, Double> brands,
    List<Double> hourShares,
    List<Double> weekdayShares,
    List<String> segmentIds,
    List<String> tags,
    float[] interest,
    long asOfMillis) {}
