// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

/// The stages of a request, in their order, for those who measure them.
public enum Stage {
  /// The person, the history, what is legal for them.
  PERSON,
  /// What may be shown at all.
  FILTER,
  /// Candidates of all sources.
  RETRIEVE,
  /// Features, scores, prices after promotion.
  VALUE,
  /// Diversity, chance, offers.
  ARRANGE,
  /// Reply, reasons, decision log.
  REPLY,
  /// Nothing more: the request is answered.
  DONE;

  /// Hears of a request that comes to a stage, on the thread of the request.
  @FunctionalInterface
  public interface Listener {
    Listener NONE = _ -> {};

    void entered(Stage stage);
  }
}
