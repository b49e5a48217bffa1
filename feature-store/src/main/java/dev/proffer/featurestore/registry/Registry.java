// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.registry;

import dev.proffer.featurestore.ondemand.OnDemandView;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One version of all declarations: immutable, so that a request sees one version from beginning to
/// end without a lock.
///
/// @param version counts from 1
/// @param views the live version of each view, by name
/// @param olderViews every earlier version of the views, by name and schema version
/// @param onDemand the on-demand views, by name
/// @param sets the feature sets, by name
public record Registry(
    int version,
    Map<String, Entity> entities,
    Map<String, FeatureView> views,
    Map<String, Map<Integer, FeatureView>> olderViews,
    Map<String, OnDemandView> onDemand,
    Map<String, FeatureSet> sets) {
  public Registry {
    entities = Map.copyOf(entities);
    onDemand = Map.copyOf(onDemand);
    sets = Map.copyOf(sets);
  }

  /// The same declarations under another version.
  public Registry withVersion(int other) {
    return new Registry(other, entities, views, olderViews, onDemand, sets);
  }

  public @Nullable FeatureView view(String name) {
    return views.get(name);
  }

  /// The version of a view that a stored row was written with, or null when it is not known.
  public @Nullable FeatureView view(String name, int schemaVersion) {
    FeatureView live = views.get(name);
    if (live != null && live.schemaVersion() == schemaVersion) {
      return live;
    }
    return olderViews.getOrDefault(name, Map.of()).get(schemaVersion);
  }

  public Collection<FeatureView> allViews() {
    return views.values();
  }

  public List<FeatureView> viewsOf(String entity) {
    return views.values().stream().filter(view -> view.entity().name().equals(entity)).toList();
  }
}
