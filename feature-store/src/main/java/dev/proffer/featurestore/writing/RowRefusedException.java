// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.writing;

/// A row breaks a rule; the message names the field and what would be right.
final class RowRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RowRefusedException(String message) {
    super(message, null, false, false);
  }
}
