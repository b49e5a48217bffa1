// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

/// The column store failed: a bug or a lack of memory, never bad input.
public final class AnalysisFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  AnalysisFailure(Exception cause) {
    super("the analysis of events failed: " + cause.getMessage(), cause);
  }
}
