// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.registry;

import dev.proffer.featurestore.aggregation.Aggregation;
import dev.proffer.featurestore.ondemand.OnDemandView;
import dev.proffer.featurestore.ondemand.OnDemandView.Computed;
import dev.proffer.proto.featurestore.v1.Compatibility;
import dev.proffer.proto.featurestore.v1.RegistryChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;

/// What would change between two registries, and how each change treats what is stored and trained
/// already.
public final class RegistryPlan {
  private final Registry from;
  private final Registry to;
  private final List<RegistryChange> changes = new ArrayList<>();

  private RegistryPlan(Registry from, Registry to) {
    this.from = from;
    this.to = to;
  }

  public static RegistryPlan between(Registry from, Registry to) {
    RegistryPlan plan = new RegistryPlan(from, to);
    plan.compareEntities();
    plan.compareViews();
    plan.compareOnDemand();
    plan.compareSets();
    return plan;
  }

  public List<RegistryChange> changes() {
    return changes;
  }

  /// The worst class of all changes.
  public Compatibility compatibility() {
    Compatibility worst = Compatibility.COMPATIBILITY_UNCHANGED;
    for (RegistryChange change : changes) {
      if (change.getCompatibility().getNumber() > worst.getNumber()) {
        worst = change.getCompatibility();
      }
    }
    return worst;
  }

  private void compareEntities() {
    for (Entity entity : to.entities().values()) {
      Entity before = from.entities().get(entity.name());
      boolean used = from.allViews().stream().anyMatch(v -> v.entity().equals(before));
      if (before == null || before.equals(entity) || !used) {
        continue;
      }
      add(
          "entity " + entity.name(),
          before.buckets() != entity.buckets()
              ? "buckets "
                  + before.buckets()
                  + " -> "
                  + entity.buckets()
                  + ": every stored row would be looked for under another key"
              : "event_field "
                  + before.eventField()
                  + " -> "
                  + entity.eventField()
                  + ": stored aggregates would mix two meanings",
          Compatibility.COMPATIBILITY_REFUSED,
          List.of());
    }
  }

  private void compareViews() {
    TreeSet<String> names = new TreeSet<>(from.views().keySet());
    names.addAll(to.views().keySet());
    for (String name : names) {
      FeatureView before = from.view(name);
      FeatureView after = to.view(name);
      if (before == null) {
        add(name, "view added", Compatibility.COMPATIBILITY_COMPATIBLE, List.of());
      } else if (after == null) {
        add(
            name,
            "view removed; its rows stay until their time to live ends",
            Compatibility.COMPATIBILITY_COMPATIBLE,
            List.of());
      } else {
        compareView(before, after);
      }
    }
  }

  private void compareView(FeatureView before, FeatureView after) {
    String name = after.name();
    if (!before.entity().name().equals(after.entity().name())) {
      refuse(name, "entity " + before.entity().name() + " -> " + after.entity().name());
      return;
    }
    if (before.isAggregated() != after.isAggregated()) {
      refuse(name, "a view cannot change between written and aggregated: name a new view");
      return;
    }
    for (Feature feature : after.features()) {
      Integer column = before.column(feature.name());
      if (column == null) {
        add(
            name + ":" + feature.name(),
            feature.aggregation() == null
                ? "feature added; stored rows give its default"
                : "feature added; it is computed from the event log",
            Compatibility.COMPATIBILITY_COMPATIBLE,
            List.of());
      } else {
        compareFeature(name, before.features().get(column), feature);
      }
    }
    for (Feature feature : before.features()) {
      if (after.column(feature.name()) == null) {
        add(
            name + ":" + feature.name(),
            "feature removed",
            Compatibility.COMPATIBILITY_COMPATIBLE,
            List.of());
      }
    }
    compareTerms(before.declaration(), after.declaration());
  }

  private void compareFeature(String view, Feature before, Feature after) {
    String subject = view + ":" + after.name();
    if (before.type() != after.type()) {
      refuse(
          subject,
          before.type().name()
              + " -> "
              + after.type().name()
              + ": stored values have the other type; add a feature of another name");
    } else if (before.vectorLength() != after.vectorLength()) {
      refuse(subject, "length " + before.vectorLength() + " -> " + after.vectorLength());
    }
    Aggregation was = before.aggregation();
    Aggregation is = after.aggregation();
    if (was != null && is != null && !was.describe().equals(is.describe())) {
      add(
          subject,
          was.describe() + " -> " + is.describe() + "; it is computed again from the event log",
          Compatibility.COMPATIBILITY_COMPATIBLE,
          List.of());
    }
    if (!Objects.equals(before.defaultValue(), after.defaultValue())) {
      add(subject, "another default", Compatibility.COMPATIBILITY_COMPATIBLE, List.of());
    }
    if (before.min() != after.min() || before.max() != after.max()) {
      add(subject, "another range", Compatibility.COMPATIBILITY_COMPATIBLE, List.of());
    }
  }

  private void compareTerms(FeatureView.Declaration before, FeatureView.Declaration after) {
    compareTerm(after.name(), "max_age", before.maxAgeMillis(), after.maxAgeMillis());
    compareTerm(after.name(), "keep", before.keepMillis(), after.keepMillis());
    compareTerm(after.name(), "near_cache", before.nearCacheMillis(), after.nearCacheMillis());
    compareTerm(after.name(), "lateness", before.latenessMillis(), after.latenessMillis());
    if (before.policy() != after.policy()) {
      add(
          after.name(),
          "on_invalid " + before.policy() + " -> " + after.policy(),
          Compatibility.COMPATIBILITY_COMPATIBLE,
          List.of());
    }
  }

  private void compareTerm(String view, String term, long beforeMillis, long afterMillis) {
    if (beforeMillis != afterMillis) {
      add(
          view,
          term + " " + beforeMillis + " ms -> " + afterMillis + " ms",
          Compatibility.COMPATIBILITY_COMPATIBLE,
          List.of());
    }
  }

  private void compareOnDemand() {
    TreeSet<String> names = new TreeSet<>(from.onDemand().keySet());
    names.addAll(to.onDemand().keySet());
    for (String name : names) {
      OnDemandView before = from.onDemand().get(name);
      OnDemandView after = to.onDemand().get(name);
      if (before == null || after == null) {
        change(name, before == null ? "on-demand view added" : "on-demand view removed");
        continue;
      }
      for (Computed feature : after.features()) {
        String subject = name + ":" + feature.name();
        if (before.column(feature.name()) < 0) {
          change(subject, "on-demand feature added");
          continue;
        }
        Computed was = before.features().get(before.column(feature.name()));
        if (was.type() != feature.type()
            || !was.expression().text().equals(feature.expression().text())) {
          change(subject, describe(was) + " -> " + describe(feature));
        }
        if (!Objects.equals(was.defaultValue(), feature.defaultValue())) {
          change(subject, "another default");
        }
      }
      for (Computed feature : before.features()) {
        if (after.column(feature.name()) < 0) {
          change(name + ":" + feature.name(), "on-demand feature removed");
        }
      }
      if (!before.sent().equals(after.sent())) {
        change(name, "other values of the request are read");
      }
    }
  }

  private static String describe(Computed feature) {
    return feature.type().text() + " = " + feature.expression().text();
  }

  /// Nothing is stored of what is computed on demand; models see it by the hashes of their sets.
  private void change(String subject, String change) {
    add(subject, change, Compatibility.COMPATIBILITY_COMPATIBLE, List.of());
  }

  private void compareSets() {
    TreeSet<String> names = new TreeSet<>(from.sets().keySet());
    names.addAll(to.sets().keySet());
    for (String name : names) {
      FeatureSet before = from.sets().get(name);
      FeatureSet after = to.sets().get(name);
      if (before == null) {
        add("set " + name, "set added", Compatibility.COMPATIBILITY_COMPATIBLE, List.of());
      } else if (after == null) {
        add("set " + name, "set removed", Compatibility.COMPATIBILITY_RETRAIN, List.of(name));
      } else if (!before.hash().equals(after.hash())) {
        add(
            "set " + name,
            "hash " + before.hash() + " -> " + after.hash(),
            Compatibility.COMPATIBILITY_RETRAIN,
            List.of(name));
      }
    }
  }

  private void refuse(String subject, String why) {
    add(subject, why, Compatibility.COMPATIBILITY_REFUSED, List.of());
  }

  private void add(
      String subject, String change, Compatibility compatibility, List<String> affectedSets) {
    changes.add(
        RegistryChange.newBuilder()
            .setSubject(subject)
            .setChange(change)
            .setCompatibility(compatibility)
            .addAllAffectedFeatureSets(affectedSets)
            .build());
  }
}
