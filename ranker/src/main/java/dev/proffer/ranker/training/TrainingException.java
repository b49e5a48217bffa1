// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.training;

/// Training that cannot be done with what is there. The message says what would be needed.
public final class TrainingException extends Exception {
  private static final long serialVersionUID = 1L;

  public TrainingException(String message) {
    super(message);
  }

  public TrainingException(String message, Throwable cause) {
    super(message, cause);
  }
}
