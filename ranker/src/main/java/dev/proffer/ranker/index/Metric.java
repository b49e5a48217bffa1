// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.index;

/// What makes two vectors close. A higher score is always the better one.
public enum Metric {
  /// The score is the inner product.
  INNER_PRODUCT,

  /// The score is the squared Euclidean distance, negated.
  EUCLIDEAN
}
