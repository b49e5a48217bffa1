// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.evaluation;

/// Data that cannot be evaluated. The message names the file, the line and what would be right.
public final class EvaluationException extends Exception {
  private static final long serialVersionUID = 1L;

  public EvaluationException(String message) {
    super(message);
  }

  public EvaluationException(String message, Throwable cause) {
    super(message, cause);
  }
}
