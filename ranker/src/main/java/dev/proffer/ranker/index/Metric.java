// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.index;

/// What makes two vectors close. A higher score is always the better one.
public enum Metric {
  /// The score is the inner product.
  INNER_PRODUCT(0),

  /// The score is the squared Euclidean distance, negated.
  EUCLIDEAN(1);

  private final int code;

  Metric(int code) {
    this.code = code;
  }

  /// The number that stands for it in files.
  int code() {
    return code;
  }

  static Metric ofCode(int code) {
    return code == EUCLIDEAN.code ? EUCLIDEAN : INNER_PRODUCT;
  }
}
