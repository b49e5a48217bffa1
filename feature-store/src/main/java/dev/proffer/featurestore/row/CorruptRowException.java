// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.row;

/// Stored bytes are not a row. Readers count it and treat the row as missing.
public final class CorruptRowException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CorruptRowException(String message) {
    super(message);
  }
}
