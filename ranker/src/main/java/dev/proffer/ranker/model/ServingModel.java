// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.model;

/// The model that answers requests now, and the memory that it learns with. A request takes it once
/// and keeps it to its end.
public record ServingModel(TrainedModel trained, Shoppers shoppers) {
  /// Whether it came from a bundle.
  public boolean fromBundle() {
    return !trained.version().isEmpty();
  }
}
