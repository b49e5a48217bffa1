// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.registry;

import com.google.common.hash.Hashing;
import dev.proffer.featurestore.aggregation.Aggregation;
import dev.proffer.featurestore.ondemand.Input;
import dev.proffer.featurestore.ondemand.OnDemandView;
import dev.proffer.featurestore.ondemand.OnDemandView.Computed;
import dev.proffer.featurestore.registry.FeatureSet.Columns;
import dev.proffer.featurestore.registry.FeatureSet.ComputedColumns;
import dev.proffer.featurestore.registry.FeatureSet.OnDemandColumns;
import dev.proffer.featurestore.registry.RegistryYaml.Declarations;
import dev.proffer.featurestore.registry.RegistryYaml.SetDeclaration;
import dev.proffer.proto.featurestore.v1.Value;
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
              hashOf(set, views, declarations.onDemand()),
              columns(set.context(), views),
              columns(set.candidate(), views),
              onDemandOf(set, views, declarations.onDemand())));
    }
    return new Registry(
        previous == null ? 1 : previous.version() + 1,
        declarations.entities(),
        views,
        older,
        declarations.onDemand(),
        sets);
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

  private static String hashOf(
      SetDeclaration set, Map<String, FeatureView> views, Map<String, OnDemandView> onDemand) {
    StringBuilder text = new StringBuilder();
    Stream.of(List.of("context"), set.context(), List.of("candidate"), set.candidate())
        .flatMap(List::stream)
        .forEach(name -> {
          text.append(name);
          int colon = name.indexOf(':');
          OnDemandView computed = colon < 0 ? null : onDemand.get(name.substring(0, colon));
          if (computed != null) {
            describe(
                computed.features().get(computed.column(name.substring(colon + 1))), views, text);
          } else if (colon >= 0) {
            Feature feature = featureOf(name, views);
            text.append(' ').append(columnOf(feature));
            appendDefault(feature.defaultValue(), text);
          }
          text.append('\n');
        });
    return Hashing.sha256().hashString(text, StandardCharsets.UTF_8).toString().substring(0, 16);
  }

  /// An on-demand feature means something else when what it reads does.
  private static void describe(
      Computed feature, Map<String, FeatureView> views, StringBuilder text) {
    text.append(' ')
        .append(feature.type().text())
        .append(" = ")
        .append(feature.expression().text());
    appendDefault(feature.defaultValue(), text);
    for (Input input : feature.expression().inputs()) {
      if (input instanceof Input.Stored stored) {
        String name = stored.view() + ":" + stored.feature();
        Feature read = featureOf(name, views);
        text.append(" of ").append(name).append(' ').append(columnOf(read));
        appendDefault(read.defaultValue(), text);
      } else {
        text.append(" of ").append(input);
      }
    }
  }

  private static void appendDefault(@Nullable Value value, StringBuilder text) {
    if (value != null) {
      text.append(" default ").append(Hashing.sha256().hashBytes(value.toByteArray()));
    }
  }

  private static OnDemandColumns onDemandOf(
      SetDeclaration set, Map<String, FeatureView> views, Map<String, OnDemandView> onDemand) {
    List<ComputedColumns> context = computed(set.context(), onDemand);
    List<ComputedColumns> candidate = computed(set.candidate(), onDemand);
    if (context.isEmpty() && candidate.isEmpty()) {
      return OnDemandColumns.NONE;
    }
    String candidateEntity =
        columns(set.candidate(), views).stream()
            .map(columns -> columns.view().entity().name())
            .findFirst()
            .orElse("");
    Map<String, FeatureView> contextViews = new LinkedHashMap<>();
    Map<String, FeatureView> candidateViews = new LinkedHashMap<>();
    Stream.of(context, candidate)
        .flatMap(List::stream)
        .forEach(columns -> {
          for (int column : columns.columns()) {
            for (Input input : columns.view().features().get(column).expression().inputs()) {
              FeatureView view = input instanceof Input.Stored s ? views.get(s.view()) : null;
              if (view != null) {
                boolean ofCandidates =
                    candidate.contains(columns) && view.entity().name().equals(candidateEntity);
                (ofCandidates ? candidateViews : contextViews).put(view.name(), view);
              }
            }
          }
        });
    return new OnDemandColumns(
        context,
        candidate,
        List.copyOf(contextViews.values()),
        List.copyOf(candidateViews.values()));
  }

  private static List<ComputedColumns> computed(
      List<String> names, Map<String, OnDemandView> onDemand) {
    Map<String, List<Integer>> byView = new LinkedHashMap<>();
    for (String name : names) {
      int colon = name.indexOf(':');
      OnDemandView view = onDemand.get(name.substring(0, colon));
      if (view != null) {
        byView
            .computeIfAbsent(view.name(), _ -> new ArrayList<>())
            .add(view.column(name.substring(colon + 1)));
      }
    }
    List<ComputedColumns> result = new ArrayList<>();
    byView.forEach((name, columns) -> {
      OnDemandView view = onDemand.get(name);
      if (view != null) {
        result.add(
            new ComputedColumns(view, columns.stream().mapToInt(Integer::intValue).toArray()));
      }
    });
    return result;
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
