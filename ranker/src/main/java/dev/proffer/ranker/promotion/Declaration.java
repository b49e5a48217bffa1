// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import com.google.gson.Gson;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.runtime.failure.ProfferException;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/// A YAML declaration of promotions: what to write and what to remove.
///
/// ```yaml
/// promotions:
///   - promotion_id: kitchen-15
///     type: PERCENT_OFF
///     names: {en: 15% off everything for the kitchen, zh: 厨房用品85折}
///     currency: CNY
///     applies_to: {categories: [kitchen]}
///     action: {percent_off: {basis_points: 1500}}
///     schedule: {start: 2026-11-20T00:00:00+08:00, end: 2026-12-01T00:00:00+08:00}
/// remove: [kitchen-10]
/// ```
///
/// Fields are those of `proffer.promotion.v1.Promotion`. Prefixes of enum values may be left out,
/// and `start` and `end` of a schedule may be written as times. Promotions that are not named stay
/// as they are.
record Declaration(List<Promotion> promotions, List<String> removed) {
  private static final int PROMOTIONS_MAX = 1_000;
  private static final Map<String, String> PREFIXES =
      Map.of(
          "type", "PROMOTION_TYPE_",
          "state", "PROMOTION_STATE_",
          "lane", "LANE_",
          "scope", "AMOUNT_SCOPE_");
  private static final Gson GSON = new Gson();

  static Declaration parse(String yaml) {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    options.setMaxAliasesForCollections(50);
    options.setNestingDepthLimit(30);
    Object root;
    try {
      root =
          new Yaml(
                  new SafeConstructor(options),
                  new Representer(new DumperOptions()),
                  new DumperOptions(),
                  options,
                  new NoDates())
              .load(yaml);
    } catch (YAMLException e) {
      throw ProfferException.invalidField("yaml", String.valueOf(e.getMessage()));
    }
    if (!(root instanceof Map<?, ?> map)) {
      throw ProfferException.invalidField("yaml", "must be a map with the key promotions");
    }
    for (Object key : map.keySet()) {
      if (!Set.of("promotions", "remove").contains(String.valueOf(key))) {
        throw ProfferException.invalidField(
            "yaml." + key, "is not known; the keys are promotions and remove");
      }
    }
    List<Promotion> promotions = new ArrayList<>();
    List<?> declared = list(map.get("promotions"), "yaml.promotions");
    if (declared.size() > PROMOTIONS_MAX) {
      throw ProfferException.invalidField(
          "yaml.promotions", "must not have more than " + PROMOTIONS_MAX + " entries");
    }
    for (int i = 0; i < declared.size(); i++) {
      promotions.add(promotion(declared.get(i), "yaml.promotions[" + i + "]"));
    }
    List<String> removed = new ArrayList<>();
    for (Object id : list(map.get("remove"), "yaml.remove")) {
      removed.add(String.valueOf(id));
    }
    return new Declaration(promotions, removed);
  }

  private static List<?> list(@org.jspecify.annotations.Nullable Object value, String path) {
    if (value == null) {
      return List.of();
    }
    if (value instanceof List<?> list) {
      return list;
    }
    throw ProfferException.invalidField(path, "must be a list");
  }

  private static Promotion promotion(Object declared, String path) {
    if (!(declared instanceof Map<?, ?> map)) {
      throw ProfferException.invalidField(path, "must be a map with the fields of a promotion");
    }
    Promotion.Builder builder = Promotion.newBuilder();
    try {
      JsonFormat.parser().merge(GSON.toJson(resolved(map, path)), builder);
    } catch (InvalidProtocolBufferException e) {
      throw ProfferException.invalidField(path, String.valueOf(e.getMessage()));
    }
    return builder.build();
  }

  private static Map<String, Object> resolved(Map<?, ?> map, String path) {
    Map<String, Object> result = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      String key = String.valueOf(entry.getKey());
      Object value = entry.getValue();
      String prefix = PREFIXES.get(key);
      if (prefix != null && value instanceof String name && !name.startsWith(prefix)) {
        result.put(key, prefix + name);
      } else if (path.endsWith(".schedule") && (key.equals("start") || key.equals("end"))) {
        result.put(key + "_unix_ms", unixMs(value, path + "." + key));
      } else {
        result.put(key, resolvedValue(value, path + "." + key));
      }
    }
    return result;
  }

  private static Object resolvedValue(Object value, String path) {
    return switch (value) {
      case null -> throw ProfferException.invalidField(path, "must have a value");
      case Map<?, ?> map -> resolved(map, path);
      case List<?> list -> {
        List<Object> result = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
          result.add(resolvedValue(list.get(i), path + "[" + i + "]"));
        }
        yield result;
      }
      default -> value;
    };
  }

  private static long unixMs(Object value, String path) {
    try {
      return OffsetDateTime.parse(String.valueOf(value)).toInstant().toEpochMilli();
    } catch (DateTimeParseException e) {
      throw ProfferException.invalidField(path, "must be a time such as 2026-11-20T00:00:00+08:00");
    }
  }

  /// Leaves times as the texts that they are written as.
  private static final class NoDates extends Resolver {
    @Override
    protected void addImplicitResolvers() {
      addImplicitResolver(Tag.BOOL, BOOL, "yYnNtTfFoO");
      addImplicitResolver(Tag.INT, INT, "-+0123456789");
      addImplicitResolver(Tag.FLOAT, FLOAT, "-+0123456789.");
      addImplicitResolver(Tag.MERGE, MERGE, "<");
      addImplicitResolver(Tag.NULL, NULL, "~nN\0");
      addImplicitResolver(Tag.NULL, EMPTY, null);
    }
  }
}
