// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.learning;

/// A model that cannot be trained or read. The message says what would be needed.
public final class LearningException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public LearningException(String message) {
    super(message);
  }

  public LearningException(String message, Throwable cause) {
    super(message, cause);
  }
}
