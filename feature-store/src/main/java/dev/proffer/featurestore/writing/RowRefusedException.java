// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.writing;

/// A row breaks a rule; the message names the field and what would be right.
final class RowRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean mayBeQuarantined;

  RowRefusedException(String message) {
    this(message, false);
  }

  private RowRefusedException(String message, boolean mayBeQuarantined) {
    super(message, null, false, false);
    this.mayBeQuarantined = mayBeQuarantined;
  }

  /// For a row that the policy of its view sets aside.
  static RowRefusedException forQuarantine(String message) {
    return new RowRefusedException(message, true);
  }

  boolean mayBeQuarantined() {
    return mayBeQuarantined;
  }
}
