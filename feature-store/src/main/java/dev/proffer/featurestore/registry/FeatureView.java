// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.registry;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Typed features of one entity: the columns of the rows that are stored for it.
///
/// A view is either written (rows come from `WriteFeatures`) or aggregated (rows hold the state of
/// aggregations over events), never both, so that each row has one writer.
public final class FeatureView {
  private final Declaration declaration;
  private final Entity entity;
  private final int schemaVersion;
  private final Map<String, Integer> columns = new HashMap<>();

  /// What a declaration says about a view.
  ///
  /// @param maxAgeMillis how old a row may be when it is served; 0 means any age
  /// @param keepMillis how long a row stays in the online store after its last write; 0 means
  ///   forever
  /// @param nearCacheMillis how long a copy in this process may be served without asking again
  /// @param latenessMillis how far behind the newest event an event may be and still count; 0 means
  ///   any
  /// @param policy what happens to a written row that breaks a rule of the view
  public record Declaration(
      String name,
      String entity,
      long maxAgeMillis,
      long keepMillis,
      long nearCacheMillis,
      long latenessMillis,
      ValidationPolicy policy,
      List<Feature> features,
      String description) {
    public Declaration {
      features = List.copyOf(features);
    }
  }

  public FeatureView(Declaration declaration, Entity entity, int schemaVersion) {
    this.declaration = declaration;
    this.entity = entity;
    this.schemaVersion = schemaVersion;
    for (int i = 0; i < declaration.features.size(); i++) {
      columns.put(declaration.features.get(i).name(), i);
    }
  }

  public Declaration declaration() {
    return declaration;
  }

  public String name() {
    return declaration.name;
  }

  public Entity entity() {
    return entity;
  }

  public int schemaVersion() {
    return schemaVersion;
  }

  public List<Feature> features() {
    return declaration.features;
  }

  /// How long a row stays in the online store after a write: as declared, or twice the max age, so
  /// that what is too old can still be told from what never was.
  public long keepMillis() {
    return declaration.keepMillis > 0 ? declaration.keepMillis : declaration.maxAgeMillis * 2;
  }

  public boolean isAggregated() {
    return declaration.features.getFirst().aggregation() != null;
  }

  /// The position of a feature, or null when the view has none of this name.
  public @Nullable Integer column(String feature) {
    return columns.get(feature);
  }

  @Override
  public String toString() {
    return name() + "@" + schemaVersion;
  }
}
