// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.registry;

import dev.proffer.featurestore.aggregation.Aggregation;
import dev.proffer.featurestore.registry.FeatureSet.Columns;
import dev.proffer.proto.featurestore.v1.GetRegistryResponse;
import java.util.ArrayList;
import java.util.List;

/// The registry as messages.
public final class RegistryMessages {
  private RegistryMessages() {}

  public static GetRegistryResponse of(Registry registry) {
    GetRegistryResponse.Builder response =
        GetRegistryResponse.newBuilder().setVersion(registry.version());
    for (FeatureView view : registry.allViews()) {
      response.addFeatureViews(viewOf(view));
    }
    for (FeatureSet set : registry.sets().values()) {
      response.addFeatureSets(
          dev.proffer.proto.featurestore.v1.FeatureSet.newBuilder()
              .setName(set.name())
              .setHash(set.hash())
              .addAllContextFeatures(namesOf(set.context()))
              .addAllCandidateFeatures(namesOf(set.candidate())));
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

  /// The names of columns as `view:feature`, in the order in which rows hold them.
  public static List<String> namesOf(List<Columns> all) {
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
