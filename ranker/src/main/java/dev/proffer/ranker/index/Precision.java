// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.index;

/// How a [FrozenGraph] keeps vectors.
public enum Precision {
  /// 32 bits a component.
  FLOAT(0),

  /// 8 bits a component for the walk, and 8 more that are read only to score again what the walk
  /// found: half the memory, a quarter of it touched on the way, scores within about 1e-4 of the
  /// exact ones.
  INT8(1);

  private final int code;

  Precision(int code) {
    this.code = code;
  }

  /// The number that stands for it in files.
  int code() {
    return code;
  }

  static Precision ofCode(int code) {
    return code == INT8.code ? INT8 : FLOAT;
  }
}
