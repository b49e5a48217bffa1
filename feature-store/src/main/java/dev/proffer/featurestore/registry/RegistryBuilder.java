// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.registry;

import com.google.common.hash.Hashing;
import dev.proffer.featurestore.aggregation.Aggregation;
import dev.proffer.featurestore.registry.FeatureSet.Columns;
import dev.proffer.featurestore.registry.RegistryYaml.Declarations;
import dev.proffer.featurestore.registry.RegistryYaml.SetDeclaration;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Makes a registry from declarations: gives versions to views, resolves feature sets and hashes
/// them.
public final class RegistryBuilder {
  private RegistryBuilder() {}

  /// The first registry.
  public static Registry first(Declarations declarations) {
    return next(declarations, null);
  }

  /// The registry after another one. A view whose columns are the same keeps its schema version;
  /// otherwise it gets the next one, and the earlier ones stay readable.
  public static Registry next(Declarations declarations, @Nullable Registry previous) {
    Map<String, Map<Integer, FeatureView>> older = new LinkedHashMap<>();
    if (previous != null) {
      previous.olderViews().forEach((name, map) -> older.put(name, new LinkedHashMap<>(map)));
      previous
          .views()
          .forEach((name, view) ->
              older
                  .computeIfAbsent(name, _ -> new LinkedHashMap<>())
                  .put(view.schemaVersion(), view));
    }
    Map<String, FeatureView> views = new LinkedHashMap<>();
    for (FeatureView.Declaration declaration : declarations.views()) {
      Entity entity = declarations.entities().get(declaration.entity());
      if (entity == null) {
        throw new IllegalArgumentException("entity: " + declaration.entity());
      }
      Map<Integer, FeatureView> known = older.getOrDefault(declaration.name(), Map.of());
      int version = 1;
      for (FeatureView earlier : known.values()) {
        if (columnsOf(earlier.declaration()).equals(columnsOf(declaration))) {
          version = earlier.schemaVersion();
          break;
        }
        version = Math.max(version, earlier.schemaVersion() + 1);
      }
      views.put(declaration.name(), new FeatureView(declaration, entity, version));
    }
    Map<String, FeatureSet> sets = new LinkedHashMap<>();
    for (SetDeclaration set : declarations.sets()) {
      sets.put(
          set.name(),
          new FeatureSet(
              set.name(),
              hashOf(set, views),
              columns(set.context(), views),
              columns(set.candidate(), views)));
    }
    return new Registry(
        previous == null ? 1 : previous.version() + 1, declarations.entities(), views, older, sets);
  }

  /// What decides how stored rows are read: names, types and aggregations, in order.
  static List<String> columnsOf(FeatureView.Declaration declaration) {
    return declaration.features().stream().map(RegistryBuilder::columnOf).toList();
  }

  private static String columnOf(Feature feature) {
    Aggregation aggregation = feature.aggregation();
    return feature.name()
        + " "
        + feature.type().text()
        + (feature.vectorLength() == 0 ? "" : "[" + feature.vectorLength() + "]")
        + (aggregation == null ? "" : " = " + aggregation.describe());
  }

  private static String hashOf(SetDeclaration set, Map<String, FeatureView> views) {
    StringBuilder text = new StringBuilder();
    Stream.of(List.of("context"), set.context(), List.of("candidate"), set.candidate())
        .flatMap(List::stream)
        .forEach(name -> {
          text.append(name);
          if (name.contains(":")) {
            Feature feature = featureOf(name, views);
            text.append(' ').append(columnOf(feature));
            if (feature.defaultValue() != null) {
              text.append(" default ")
                  .append(
                      Hashing.sha256().hashBytes(feature.defaultValue().toByteArray()).toString());
            }
          }
          text.append('\n');
        });
    return Hashing.sha256().hashString(text, StandardCharsets.UTF_8).toString().substring(0, 16);
  }

  private static Feature featureOf(String name, Map<String, FeatureView> views) {
    int colon = name.indexOf(':');
    FeatureView view = views.get(name.substring(0, colon));
    Integer column = view == null ? null : view.column(name.substring(colon + 1));
    if (view == null || column == null) {
      throw new IllegalArgumentException("feature: " + name);
    }
    return view.features().get(column);
  }

  private static List<Columns> columns(List<String> names, Map<String, FeatureView> views) {
    Map<String, List<Integer>> byView = new LinkedHashMap<>();
    for (String name : names) {
      int colon = name.indexOf(':');
      FeatureView view = views.get(name.substring(0, colon));
      Integer column = view == null ? null : view.column(name.substring(colon + 1));
      if (column != null) {
        byView.computeIfAbsent(name.substring(0, colon), _ -> new ArrayList<>()).add(column);
      }
    }
    List<Columns> result = new ArrayList<>();
    byView.forEach((name, columns) -> {
      FeatureView view = views.get(name);
      if (view != null) {
        result.add(columns(view, columns));
      }
    });
    return result;
  }

  /// Sorts columns of a view into numbers and others.
  public static Columns columns(FeatureView view, List<Integer> columns) {
    return new Columns(
        view,
        columns.stream()
            .filter(column -> view.features().get(column).type().isNumeric())
            .mapToInt(Integer::intValue)
            .toArray(),
        columns.stream()
            .filter(column -> !view.features().get(column).type().isNumeric())
            .mapToInt(Integer::intValue)
            .toArray());
  }
}
