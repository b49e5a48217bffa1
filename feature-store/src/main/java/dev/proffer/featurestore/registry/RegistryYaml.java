// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.proffer.featurestore.aggregation.Aggregation;
import dev.proffer.featurestore.aggregation.CountAggregation;
import dev.proffer.featurestore.aggregation.DecayedSumAggregation;
import dev.proffer.featurestore.aggregation.DistinctAggregation;
import dev.proffer.featurestore.aggregation.EventField;
import dev.proffer.featurestore.aggregation.EventTypes;
import dev.proffer.featurestore.aggregation.FirstKAggregation;
import dev.proffer.featurestore.aggregation.HopAggregation;
import dev.proffer.featurestore.aggregation.KeyedAggregation;
import dev.proffer.featurestore.aggregation.LastKAggregation;
import dev.proffer.featurestore.aggregation.MaxAggregation;
import dev.proffer.featurestore.aggregation.MeanAggregation;
import dev.proffer.featurestore.aggregation.MinAggregation;
import dev.proffer.featurestore.aggregation.RateAggregation;
import dev.proffer.featurestore.aggregation.SumAggregation;
import dev.proffer.featurestore.aggregation.VarianceAggregation;
import dev.proffer.featurestore.aggregation.Window;
import dev.proffer.featurestore.ondemand.Expression;
import dev.proffer.featurestore.ondemand.Input;
import dev.proffer.featurestore.ondemand.OnDemandView;
import dev.proffer.featurestore.ondemand.OnDemandView.Computed;
import dev.proffer.featurestore.registry.RegistryException.Problem;
import dev.proffer.featurestore.row.FeatureType;
import dev.proffer.proto.featurestore.v1.DoubleMap;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.featurestore.v1.FloatVector;
import dev.proffer.proto.featurestore.v1.Int64List;
import dev.proffer.proto.featurestore.v1.StringList;
import dev.proffer.proto.featurestore.v1.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads declarations. Every key that is not known and every value that is wrong is named with its
/// path, all at once.
public final class RegistryYaml {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,63}");
  private static final Pattern TIME = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
  private static final int VIEWS_MAX = 512;
  private static final int FEATURES_MAX = 512;
  private static final ObjectMapper MAPPER = mapper();

  private final List<Problem> problems = new ArrayList<>();

  /// What a declaration says, before versions are given to it.
  ///
  /// @param onDemand on-demand views by name, compiled
  /// @param sets for each feature set the names that it lists, with `view:*` resolved
  public record Declarations(
      Map<String, Entity> entities,
      List<FeatureView.Declaration> views,
      Map<String, OnDemandView> onDemand,
      List<SetDeclaration> sets) {}

  /// A feature set as it is declared.
  ///
  /// @param context names as `view:feature`
  /// @param candidate names as `view:feature`
  public record SetDeclaration(String name, List<String> context, List<String> candidate) {}

  private RegistryYaml() {}

  /// Reads a declaration.
  ///
  /// @throws RegistryException naming every problem
  public static Declarations read(String yaml) {
    JsonNode root;
    try {
      root = MAPPER.readTree(yaml);
    } catch (JsonProcessingException e) {
      throw new RegistryException(
          List.of(new Problem("", "not YAML: " + e.getOriginalMessage() + at(e))));
    }
    RegistryYaml reader = new RegistryYaml();
    Declarations declarations = reader.declarations(root);
    if (!reader.problems.isEmpty()) {
      throw new RegistryException(reader.problems);
    }
    return declarations;
  }

  private static String at(JsonProcessingException e) {
    return e.getLocation() == null ? "" : " (line " + e.getLocation().getLineNr() + ")";
  }

  private static ObjectMapper mapper() {
    YAMLFactory factory =
        YAMLFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(32)
                    .maxStringLength(1 << 20)
                    .build())
            .build();
    return new ObjectMapper(factory);
  }

  private Declarations declarations(JsonNode root) {
    known(root, "", "entities", "views", "on_demand", "sets");
    Map<String, Entity> entities = new LinkedHashMap<>();
    JsonNode entityNodes = root.path("entities");
    if (!entityNodes.isObject()) {
      problem("entities", "must map names of entities to their settings");
    }
    for (Map.Entry<String, JsonNode> entry : entityNodes.properties()) {
      String path = "entities." + entry.getKey();
      JsonNode node = entry.getValue();
      known(node, path, "event_field", "buckets");
      if (!NAME.matcher(entry.getKey()).matches()) {
        problem(path, "a name must match " + NAME);
      }
      String field = text(node, path, "event_field", "");
      if (!field.isEmpty()) {
        checked(path + ".event_field", () -> EventField.of(field));
      }
      int buckets = (int) number(node, path, "buckets", 0, 0, 16384);
      entities.put(entry.getKey(), new Entity(entry.getKey(), field, buckets));
    }
    List<FeatureView.Declaration> views = new ArrayList<>();
    Set<String> names = new HashSet<>();
    JsonNode viewNodes = list(root, "", "views", 1, VIEWS_MAX);
    for (int i = 0; i < viewNodes.size(); i++) {
      FeatureView.Declaration view = view(viewNodes.get(i), "views[" + i + "]", entities);
      if (!names.add(view.name())) {
        problem("views[" + i + "].name", "'" + view.name() + "' is declared twice");
      }
      views.add(view);
    }
    Map<String, OnDemandView> onDemand = new LinkedHashMap<>();
    JsonNode onDemandNodes =
        root.has("on_demand") ? list(root, "", "on_demand", 0, VIEWS_MAX) : root.path("on_demand");
    for (int i = 0; i < onDemandNodes.size(); i++) {
      OnDemandView view = onDemandView(onDemandNodes.get(i), "on_demand[" + i + "]", views);
      if (!names.add(view.name())) {
        problem("on_demand[" + i + "].name", "'" + view.name() + "' is declared twice");
      }
      onDemand.put(view.name(), view);
    }
    List<SetDeclaration> sets = new ArrayList<>();
    Set<String> setNames = new HashSet<>();
    JsonNode setNodes = root.has("sets") ? list(root, "", "sets", 0, VIEWS_MAX) : root.path("sets");
    for (int i = 0; i < setNodes.size(); i++) {
      SetDeclaration set = set(setNodes.get(i), "sets[" + i + "]", views, onDemand);
      if (!setNames.add(set.name())) {
        problem("sets[" + i + "].name", "'" + set.name() + "' is declared twice");
      }
      sets.add(set);
    }
    return new Declarations(entities, views, onDemand, sets);
  }

  private FeatureView.Declaration view(JsonNode node, String path, Map<String, Entity> entities) {
    known(
        node,
        path,
        "name",
        "entity",
        "description",
        "max_age",
        "keep",
        "near_cache",
        "lateness",
        "on_invalid",
        "features");
    String name = name(node, path);
    String entity = text(node, path, "entity", "");
    Entity known = entities.get(entity);
    if (known == null) {
      problem(path + ".entity", "'" + entity + "' is not declared under entities");
    }
    String policyText = text(node, path, "on_invalid", "reject");
    ValidationPolicy policy = ValidationPolicy.REJECT;
    switch (policyText) {
      case "reject" -> {}
      case "quarantine" -> policy = ValidationPolicy.QUARANTINE;
      case "flag" -> policy = ValidationPolicy.FLAG;
      default -> problem(path + ".on_invalid", "must be reject, quarantine or flag");
    }
    List<Feature> features = new ArrayList<>();
    Set<String> names = new HashSet<>();
    JsonNode featureNodes = list(node, path, "features", 1, FEATURES_MAX);
    for (int i = 0; i < featureNodes.size(); i++) {
      Feature feature = feature(featureNodes.get(i), path + ".features[" + i + "]");
      if (!names.add(feature.name())) {
        problem(path + ".features[" + i + "].name", "'" + feature.name() + "' is declared twice");
      }
      features.add(feature);
    }
    long aggregated = features.stream().filter(f -> f.aggregation() != null).count();
    if (aggregated != 0 && aggregated != features.size()) {
      problem(
          path + ".features",
          "a view has either only aggregated features or none; put the others into a view of"
              + " their own");
    }
    if (aggregated != 0 && known != null && known.eventField().isEmpty()) {
      problem(path + ".entity", "'" + entity + "' has no event_field, so events do not name it");
    }
    return new FeatureView.Declaration(
        name,
        entity,
        time(node, path, "max_age"),
        time(node, path, "keep"),
        time(node, path, "near_cache"),
        time(node, path, "lateness"),
        policy,
        features,
        text(node, path, "description", ""));
  }

  private Feature feature(JsonNode node, String path) {
    known(
        node, path, "name", "type", "default", "description", "min", "max", "length", "aggregate");
    String name = name(node, path);
    FeatureType type = type(text(node, path, "type", ""), path + ".type");
    Aggregation aggregation = null;
    if (node.has("aggregate")) {
      aggregation = aggregation(node.get("aggregate"), path + ".aggregate");
      if (aggregation != null && !aggregation.gives(type)) {
        problem(
            path + ".type", type.text() + " cannot hold the value of " + aggregation.describe());
      }
    }
    int length = (int) number(node, path, "length", 0, 0, FeatureType.VECTOR_MAX);
    if (aggregation instanceof KeyedAggregation.OfDeclared declared) {
      if (length != 0 && length != declared.length()) {
        problem(path + ".length", "must be the number of keys, " + declared.length());
      }
      length = declared.length();
    }
    if (type == FeatureType.FLOAT_VECTOR && length == 0) {
      problem(path + ".length", "must give the number of elements of a float_vector");
    }
    Value byDefault = null;
    if (node.has("default") && !node.get("default").isNull()) {
      byDefault = value(node.get("default"), type, path + ".default");
    }
    double min = number(node, path, "min", Double.NEGATIVE_INFINITY, -1e300, 1e300);
    double max = number(node, path, "max", Double.POSITIVE_INFINITY, -1e300, 1e300);
    if (min > max) {
      problem(path + ".min", "must not be greater than max");
    }
    return new Feature(
        name, type, byDefault, aggregation, min, max, length, text(node, path, "description", ""));
  }

  private @Nullable Aggregation aggregation(JsonNode node, String path) {
    int before = problems.size();
    Window window = checked(path + ".window", () -> new Window(time(node, path, "window")));
    Aggregation aggregation = checked(path, () -> shaped(node, path, orAll(window)));
    return problems.size() == before ? aggregation : null;
  }

  /// An aggregation as it is declared: of all events, or of the events of each key.
  private Aggregation shaped(JsonNode node, String path, Window window) {
    String function = text(node, path, "function", "");
    if (function.equals("top_k")) {
      known(
          node,
          path,
          "function",
          "events",
          "of",
          "k",
          "weight",
          "window",
          "keys_max",
          "edge_points");
      EventTypes events = eventTypes(node, path, "events");
      HopAggregation weight =
          node.has("weight")
              ? new SumAggregation(events, field(node, path, "weight", true), window)
              : new CountAggregation(events, window);
      return new KeyedAggregation.Top(
          edged(weight, node, path, window),
          field(node, path, false),
          k(node, path),
          keysMax(node, path));
    }
    Aggregation all = single(function, node, path, window);
    if (!node.has("by")) {
      if (node.has("keys") || node.has("keys_max")) {
        throw new IllegalArgumentException("keys: go with by, the field that holds the key");
      }
      return all;
    }
    EventField by = field(node, path, "by", false);
    if (!node.has("keys")) {
      return new KeyedAggregation.OfAll(all, by, keysMax(node, path));
    }
    List<String> keys = new ArrayList<>();
    list(node, path, "keys", 1, KeyedAggregation.KEYS_MAX).forEach(key -> keys.add(key.asText()));
    if (new HashSet<>(keys).size() != keys.size() || keys.contains("")) {
      throw new IllegalArgumentException("keys: must be different and not empty");
    }
    return new KeyedAggregation.OfDeclared(all, by, keys);
  }

  private Aggregation single(String function, JsonNode node, String path, Window window) {
    Supplier<EventTypes> events = () -> eventTypes(node, path, "events");
    Supplier<EventField> of = () -> field(node, path, true);
    return switch (function) {
      case "count" -> {
        keys(node, path, "events", "window", "edge_points");
        yield edged(new CountAggregation(events.get(), window), node, path, window);
      }
      case "sum" -> {
        keys(node, path, "events", "of", "window", "edge_points");
        yield edged(new SumAggregation(events.get(), of.get(), window), node, path, window);
      }
      case "mean" -> {
        keys(node, path, "events", "of", "window", "edge_points");
        yield edged(new MeanAggregation(events.get(), of.get(), window), node, path, window);
      }
      case "min" -> {
        keys(node, path, "events", "of", "window", "edge_points");
        yield edged(new MinAggregation(events.get(), of.get(), window), node, path, window);
      }
      case "max" -> {
        keys(node, path, "events", "of", "window", "edge_points");
        yield edged(new MaxAggregation(events.get(), of.get(), window), node, path, window);
      }
      case "variance" -> {
        keys(node, path, "events", "of", "window", "edge_points");
        yield edged(new VarianceAggregation(events.get(), of.get(), window), node, path, window);
      }
      case "last" -> {
        keys(node, path, "events", "of", "k", "window");
        yield new LastKAggregation(events.get(), field(node, path, false), k(node, path), window);
      }
      case "first" -> {
        keys(node, path, "events", "of", "k", "window");
        yield new FirstKAggregation(events.get(), field(node, path, false), k(node, path), window);
      }
      case "distinct" -> {
        keys(node, path, "events", "of", "window", "exact", "precision");
        yield new DistinctAggregation(
            events.get(),
            field(node, path, false),
            window,
            (int) number(node, path, "exact", DistinctAggregation.EXACT, 1, 4096),
            (int) number(node, path, "precision", DistinctAggregation.PRECISION, 4, 14));
      }
      case "decayed_sum" -> {
        keys(node, path, "events", "weights", "of", "half_life");
        yield new DecayedSumAggregation(
            weights(node, path), node.has("of") ? of.get() : null, time(node, path, "half_life"));
      }
      case "rate" -> {
        keys(node, path, "hits", "trials", "prior", "prior_weight", "window", "edge_points");
        yield edged(
            new RateAggregation(
                eventTypes(node, path, "hits"),
                eventTypes(node, path, "trials"),
                number(node, path, "prior", 0, 0, 1e9),
                number(node, path, "prior_weight", 1, 1e-9, 1e9),
                window),
            node,
            path,
            window);
      }
      case "ratio" -> {
        keys(node, path, "hits", "trials", "window", "edge_points");
        yield edged(
            new RateAggregation(
                eventTypes(node, path, "hits"), eventTypes(node, path, "trials"), 0, 0, window),
            node,
            path,
            window);
      }
      default ->
          throw new IllegalArgumentException(
              "function '"
                  + function
                  + "' is not known (expected: count, sum, mean, min, max, variance, last,"
                  + " first, distinct, top_k, decayed_sum, rate or ratio)");
    };
  }

  /// The keys of a function, and those that say by which field it is split.
  private void keys(JsonNode node, String path, String... keys) {
    List<String> all = new ArrayList<>(List.of("function"));
    all.addAll(List.of(keys));
    all.addAll(List.of("by", "keys", "keys_max"));
    known(node, path, all.toArray(String[]::new));
  }

  private HopAggregation edged(
      HopAggregation aggregation, JsonNode node, String path, Window window) {
    if (!node.has("edge_points")) {
      return aggregation;
    }
    if (window.isAllTime()) {
      throw new IllegalArgumentException("edge_points: go with a window");
    }
    return aggregation.withEdgePoints((int) number(node, path, "edge_points", 0, 1, 1024));
  }

  private int keysMax(JsonNode node, String path) {
    return (int)
        number(node, path, "keys_max", KeyedAggregation.KEYS, 1, KeyedAggregation.KEYS_MAX);
  }

  private static Window orAll(@Nullable Window window) {
    return window == null ? Window.ALL_TIME : window;
  }

  private int k(JsonNode node, String path) {
    return (int) number(node, path, "k", 0, 1, FeatureType.LIST_MAX);
  }

  private EventField field(JsonNode node, String path, boolean number) {
    return field(node, path, "of", number);
  }

  private EventField field(JsonNode node, String path, String key, boolean number) {
    String name = text(node, path, key, "");
    if (name.isEmpty()) {
      throw new IllegalArgumentException(key + ": must name a field of an event");
    }
    EventField field = EventField.of(name);
    if (number && !field.isNumber()) {
      throw new IllegalArgumentException(key + ": " + field + " is not a number");
    }
    return field;
  }

  private EventTypes eventTypes(JsonNode node, String path, String key) {
    Set<EventType> types = EnumSet.noneOf(EventType.class);
    for (JsonNode name : list(node, path, key, 1, 16)) {
      types.add(EventTypes.named(name.asText()));
    }
    if (types.isEmpty()) {
      throw new IllegalArgumentException(key + ": must name at least one type of event");
    }
    return new EventTypes(types);
  }

  private Map<EventType, Double> weights(JsonNode node, String path) {
    Map<EventType, Double> weights = new EnumMap<>(EventType.class);
    if (node.has("weights")) {
      for (Map.Entry<String, JsonNode> entry : node.get("weights").properties()) {
        weights.put(EventTypes.named(entry.getKey()), entry.getValue().asDouble());
      }
    } else {
      eventTypes(node, path, "events").all().forEach(type -> weights.put(type, 1.0));
    }
    if (weights.isEmpty()) {
      throw new IllegalArgumentException("weights: must name at least one type of event");
    }
    return weights;
  }

  private OnDemandView onDemandView(
      JsonNode node, String path, List<FeatureView.Declaration> views) {
    known(node, path, "name", "description", "request", "features");
    Map<String, FeatureType> sent = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : node.path("request").properties()) {
      String at = path + ".request." + entry.getKey();
      if (!NAME.matcher(entry.getKey()).matches()) {
        problem(at, "a name must match " + NAME);
      }
      sent.put(entry.getKey(), type(entry.getValue().asText(), at));
    }
    OnDemandScope scope = new OnDemandScope(sent, views);
    List<Computed> features = new ArrayList<>();
    Set<String> names = new HashSet<>();
    JsonNode featureNodes = list(node, path, "features", 1, FEATURES_MAX);
    for (int i = 0; i < featureNodes.size(); i++) {
      JsonNode feature = featureNodes.get(i);
      String at = path + ".features[" + i + "]";
      known(feature, at, "name", "type", "default", "description", "expression");
      String name = name(feature, at);
      if (!names.add(name)) {
        problem(at + ".name", "'" + name + "' is declared twice");
      }
      FeatureType type = type(text(feature, at, "type", ""), at + ".type");
      if (!type.isNumeric()) {
        problem(at + ".type", "must be float, double, int64 or bool");
        continue;
      }
      Value byDefault =
          feature.has("default") && !feature.get("default").isNull()
              ? value(feature.get("default"), type, at + ".default")
              : null;
      Expression expression =
          checked(
              at + ".expression (" + name + ")",
              () -> Expression.compile(text(feature, at, "expression", ""), type, scope));
      if (expression != null) {
        features.add(
            new Computed(name, type, byDefault, expression, text(feature, at, "description", "")));
      }
    }
    return new OnDemandView(name(node, path), sent, features, text(node, path, "description", ""));
  }

  private SetDeclaration set(
      JsonNode node,
      String path,
      List<FeatureView.Declaration> views,
      Map<String, OnDemandView> onDemand) {
    known(node, path, "name", "context", "candidate");
    Map<String, String> entityOf = new LinkedHashMap<>();
    views.forEach(view -> entityOf.put(view.name(), view.entity()));
    List<String> context = references(node, path, "context", views, onDemand);
    List<String> candidate = references(node, path, "candidate", views, onDemand);
    if (context.isEmpty() && candidate.isEmpty()) {
      problem(path, "must list features under context or candidate");
    }
    checkInputs(path, context, candidate, entityOf, onDemand);
    return new SetDeclaration(name(node, path), context, candidate);
  }

  /// On-demand features may read the context entity and, in candidate features, the candidates.
  private void checkInputs(
      String path,
      List<String> context,
      List<String> candidate,
      Map<String, String> entityOf,
      Map<String, OnDemandView> onDemand) {
    String rows = entityOf(candidate, entityOf);
    String around = entityOf(context, entityOf);
    if (rows.isEmpty() && candidate.stream().anyMatch(name -> onDemand.containsKey(viewOf(name)))) {
      problem(
          path + ".candidate",
          "must list at least one stored feature beside on-demand ones, which says what the"
              + " candidates are");
      return;
    }
    for (boolean ofCandidates : new boolean[] {false, true}) {
      for (String name : ofCandidates ? candidate : context) {
        OnDemandView view = onDemand.get(viewOf(name));
        int column = view == null ? -1 : view.column(name.substring(name.indexOf(':') + 1));
        if (view == null || column < 0) {
          continue;
        }
        for (Input input : view.features().get(column).expression().inputs()) {
          if (!(input instanceof Input.Stored stored)) {
            continue;
          }
          String entity = entityOf.getOrDefault(stored.view(), "");
          if (ofCandidates && entity.equals(rows)) {
            continue;
          }
          around = around.isEmpty() ? entity : around;
          if (!entity.equals(around)) {
            problem(
                path + (ofCandidates ? ".candidate" : ".context"),
                name
                    + " reads "
                    + stored.view()
                    + ", which describes the entity '"
                    + entity
                    + "', but the set has only '"
                    + around
                    + "'"
                    + (ofCandidates ? " and '" + rows + "'" : " there"));
          }
        }
      }
    }
  }

  private static String viewOf(String name) {
    return name.substring(0, name.indexOf(':'));
  }

  private static String entityOf(List<String> names, Map<String, String> entityOf) {
    return names.stream()
        .map(name -> entityOf.getOrDefault(viewOf(name), ""))
        .filter(entity -> !entity.isEmpty())
        .findFirst()
        .orElse("");
  }

  private List<String> references(
      JsonNode node,
      String path,
      String key,
      List<FeatureView.Declaration> views,
      Map<String, OnDemandView> onDemand) {
    List<String> names = new ArrayList<>();
    if (!node.has(key)) {
      return names;
    }
    String entity = "";
    JsonNode list = list(node, path, key, 0, FEATURES_MAX);
    for (int i = 0; i < list.size(); i++) {
      String at = path + "." + key + "[" + i + "]";
      String[] parts = list.get(i).asText().split(":", 2);
      FeatureView.Declaration view =
          views.stream().filter(v -> v.name().equals(parts[0])).findFirst().orElse(null);
      OnDemandView computed = onDemand.get(parts[0]);
      if ((view == null && computed == null) || parts.length != 2) {
        problem(at, "must be view:feature or view:* of a declared view");
        continue;
      }
      List<String> features = new ArrayList<>();
      if (computed != null) {
        computed.features().forEach(feature -> features.add(feature.name()));
      }
      if (view != null) {
        view.features().forEach(feature -> features.add(feature.name()));
        if (!entity.isEmpty() && !entity.equals(view.entity())) {
          problem(at, "all features of one part must describe the same entity, here " + entity);
        }
        entity = view.entity();
      }
      if (parts[1].equals("*")) {
        features.forEach(feature -> names.add(parts[0] + ":" + feature));
      } else if (features.contains(parts[1])) {
        names.add(list.get(i).asText());
      } else {
        problem(at, "view " + parts[0] + " has no feature " + parts[1]);
      }
    }
    if (new HashSet<>(names).size() != names.size()) {
      problem(path + "." + key, "lists a feature twice");
    }
    return names;
  }

  private @Nullable Value value(JsonNode node, FeatureType type, String path) {
    boolean number = node.isNumber();
    boolean right =
        switch (type) {
          case FLOAT, DOUBLE -> number;
          case INT64 -> node.isIntegralNumber() && node.canConvertToLong();
          case BOOL -> node.isBoolean();
          case STRING -> node.isTextual();
          case FLOAT_VECTOR, STRING_LIST, INT64_LIST -> node.isArray();
          case DOUBLE_MAP -> node.isObject() && areNumbers(node);
        };
    if (!right) {
      problem(path, "must be a " + type.text());
      return null;
    }
    return switch (type) {
      case FLOAT -> Value.newBuilder().setFloatValue((float) node.asDouble()).build();
      case DOUBLE -> Value.newBuilder().setDoubleValue(node.asDouble()).build();
      case INT64 -> Value.newBuilder().setInt64Value(node.asLong()).build();
      case BOOL -> Value.newBuilder().setBoolValue(node.asBoolean()).build();
      case STRING -> Value.newBuilder().setStringValue(node.asText()).build();
      case FLOAT_VECTOR -> {
        FloatVector.Builder vector = FloatVector.newBuilder();
        node.forEach(element -> vector.addValues((float) element.asDouble()));
        yield Value.newBuilder().setFloatVector(vector).build();
      }
      case STRING_LIST -> {
        StringList.Builder list = StringList.newBuilder();
        node.forEach(element -> list.addValues(element.asText()));
        yield Value.newBuilder().setStringList(list).build();
      }
      case INT64_LIST -> {
        Int64List.Builder list = Int64List.newBuilder();
        node.forEach(element -> list.addValues(element.asLong()));
        yield Value.newBuilder().setInt64List(list).build();
      }
      case DOUBLE_MAP -> {
        Map<String, Double> sorted = new TreeMap<>();
        node.properties().forEach(entry -> sorted.put(entry.getKey(), entry.getValue().asDouble()));
        DoubleMap.Builder map = DoubleMap.newBuilder();
        sorted.forEach((key, of) -> map.addKeys(key).addValues(of));
        yield Value.newBuilder().setDoubleMap(map).build();
      }
    };
  }

  private static boolean areNumbers(JsonNode node) {
    for (JsonNode value : node) {
      if (!value.isNumber()) {
        return false;
      }
    }
    return true;
  }

  private FeatureType type(String text, String path) {
    for (FeatureType type : FeatureType.values()) {
      if (type.text().equals(text)) {
        return type;
      }
    }
    problem(
        path,
        "'"
            + text
            + "' is not a type (expected: "
            + String.join(", ", Arrays.stream(FeatureType.values()).map(FeatureType::text).toList())
            + ")");
    return FeatureType.FLOAT;
  }

  private String name(JsonNode node, String path) {
    String name = text(node, path, "name", "");
    if (!NAME.matcher(name).matches()) {
      problem(path + ".name", "'" + name + "' must match " + NAME);
    }
    return name;
  }

  private String text(JsonNode node, String path, String key, String byDefault) {
    JsonNode value = node.path(key);
    if (value.isMissingNode()) {
      return byDefault;
    }
    if (!value.isValueNode()) {
      problem(path + "." + key, "must be a text");
      return byDefault;
    }
    return value.asText();
  }

  private double number(
      JsonNode node, String path, String key, double byDefault, double min, double max) {
    JsonNode value = node.path(key);
    if (value.isMissingNode() && byDefault != 0) {
      return byDefault;
    }
    double number = value.isMissingNode() ? byDefault : value.asDouble(Double.NaN);
    if (!(number >= min && number <= max)) {
      problem(path + "." + key, "must be a number from " + min + " to " + max);
      return byDefault;
    }
    return number;
  }

  /// A time in milliseconds; 0 when it is not given or `none`.
  private long time(JsonNode node, String path, String key) {
    String text = text(node, path, key, "none").toLowerCase(Locale.ROOT);
    if (text.equals("none")) {
      return 0;
    }
    java.util.regex.Matcher matcher = TIME.matcher(text);
    if (!matcher.matches()) {
      problem(path + "." + key, "must be a time such as 500ms, 30s, 5m, 2h, 7d or none");
      return 0;
    }
    long amount = Long.parseLong(matcher.group(1));
    return amount
        * switch (matcher.group(2)) {
          case "ms" -> 1;
          case "s" -> 1000;
          case "m" -> 60_000;
          case "h" -> 3_600_000;
          default -> 86_400_000L;
        };
  }

  private JsonNode list(JsonNode node, String path, String key, int min, int max) {
    JsonNode value = node.path(key);
    if (!value.isArray() || value.size() < min || value.size() > max) {
      problem(
          path.isEmpty() ? key : path + "." + key,
          "must be a list of " + min + " to " + max + " entries");
      return MAPPER.createArrayNode();
    }
    return value;
  }

  private void known(JsonNode node, String path, String... keys) {
    if (!node.isObject()) {
      problem(path, "must be a mapping with the keys " + String.join(", ", keys));
      return;
    }
    Set<String> allowed = Set.of(keys);
    for (Iterator<String> it = node.fieldNames(); it.hasNext(); ) {
      String key = it.next();
      if (!allowed.contains(key)) {
        problem(
            path.isEmpty() ? key : path + "." + key,
            "no such key (expected: " + String.join(", ", keys) + ")");
      }
    }
  }

  private <T> @Nullable T checked(String path, Supplier<T> make) {
    try {
      return make.get();
    } catch (IllegalArgumentException e) {
      problem(path, String.valueOf(e.getMessage()));
      return null;
    }
  }

  private void problem(String path, String description) {
    if (problems.size() < 100) {
      problems.add(new Problem(path, description));
    }
  }
}
