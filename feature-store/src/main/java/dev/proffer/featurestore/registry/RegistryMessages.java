// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.registry;

import dev.proffer.featurestore.aggregation.Aggregation;
import dev.proffer.featurestore.ondemand.OnDemandView;
import dev.proffer.featurestore.ondemand.OnDemandView.Computed;
import dev.proffer.featurestore.registry.FeatureSet.Columns;
import dev.proffer.featurestore.registry.FeatureSet.ComputedColumns;
import dev.proffer.proto.featurestore.v1.GetRegistryResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// The registry as messages.
public final class RegistryMessages {
  private RegistryMessages() {}

  public static GetRegistryResponse of(Registry registry) {
    GetRegistryResponse.Builder response =
        GetRegistryResponse.newBuilder().setVersion(registry.version());
    for (FeatureView view : registry.allViews()) {
      response.addFeatureViews(viewOf(view));
    }
    for (OnDemandView view : new TreeMap<>(registry.onDemand()).values()) {
      response.addFeatureViews(viewOf(view));
    }
    for (FeatureSet set : registry.sets().values()) {
      response.addFeatureSets(
          dev.proffer.proto.featurestore.v1.FeatureSet.newBuilder()
              .setName(set.name())
              .setHash(set.hash())
              .addAllContextFeatures(contextNamesOf(set))
              .addAllCandidateFeatures(candidateNamesOf(set)));
    }
    return response.build();
  }

  private static dev.proffer.proto.featurestore.v1.FeatureView viewOf(FeatureView view) {
    dev.proffer.proto.featurestore.v1.FeatureView.Builder message =
        dev.proffer.proto.featurestore.v1.FeatureView.newBuilder()
            .setName(view.name())
            .setEntity(view.entity().name())
            .setSchemaVersion(view.schemaVersion())
            .setMaxAgeSeconds(view.declaration().maxAgeMillis() / 1000)
            .setDescription(view.declaration().description());
    for (Feature feature : view.features()) {
      dev.proffer.proto.featurestore.v1.Feature.Builder column =
          dev.proffer.proto.featurestore.v1.Feature.newBuilder()
              .setName(feature.name())
              .setType(feature.type().proto())
              .setDescription(feature.description());
      if (feature.defaultValue() != null) {
        column.setDefaultValue(feature.defaultValue());
      }
      Aggregation aggregation = feature.aggregation();
      if (aggregation != null) {
        column.setAggregation(aggregation.describe());
      }
      message.addFeatures(column);
    }
    return message.build();
  }

  private static dev.proffer.proto.featurestore.v1.FeatureView viewOf(OnDemandView view) {
    dev.proffer.proto.featurestore.v1.FeatureView.Builder message =
        dev.proffer.proto.featurestore.v1.FeatureView.newBuilder()
            .setName(view.name())
            .setOnDemand(true)
            .setDescription(view.description());
    for (Computed feature : view.features()) {
      dev.proffer.proto.featurestore.v1.Feature.Builder column =
          dev.proffer.proto.featurestore.v1.Feature.newBuilder()
              .setName(feature.name())
              .setType(feature.type().proto())
              .setExpression(feature.expression().text())
              .setDescription(feature.description());
      if (feature.defaultValue() != null) {
        column.setDefaultValue(feature.defaultValue());
      }
      message.addFeatures(column);
    }
    return message.build();
  }

  /// The names of the context features of a set, in the order of the blocks that hold them.
  public static List<String> contextNamesOf(FeatureSet set) {
    List<String> names = namesOf(set.context());
    set.onDemand().context().forEach(columns -> addNames(columns, names));
    return names;
  }

  /// The names of the candidate features of a set, in the order of the blocks that hold them.
  public static List<String> candidateNamesOf(FeatureSet set) {
    List<String> names = namesOf(set.candidate());
    set.onDemand().candidate().forEach(columns -> addNames(columns, names));
    return names;
  }

  private static void addNames(ComputedColumns columns, List<String> names) {
    for (int column : columns.columns()) {
      names.add(columns.view().name() + ":" + columns.view().features().get(column).name());
    }
  }

  /// The names of columns as `view:feature`, in the order in which rows hold them.
  private static List<String> namesOf(List<Columns> all) {
    List<String> names = new ArrayList<>();
    for (Columns columns : all) {
      for (int column : columns.numeric()) {
        names.add(nameOf(columns.view(), column));
      }
      for (int column : columns.others()) {
        names.add(nameOf(columns.view(), column));
      }
    }
    return names;
  }

  private static String nameOf(FeatureView view, int column) {
    return view.name() + ":" + view.features().get(column).name();
  }
}
