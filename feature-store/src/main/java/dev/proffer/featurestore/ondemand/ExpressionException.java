// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.ondemand;

/// An expression is wrong. The message says where and what would be right.
public final class ExpressionException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public ExpressionException(int at, String message) {
    super("at character " + (at + 1) + ": " + message);
  }
}
