// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.proffer.ranker.retrieval.SeqKnn;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/// `manifest.json` of a bundle: what is in it, and how to know that it is whole.
///
/// @param files length and SHA-256 of each other file, by name
record Manifest(
    String version,
    long trainedAtUnixMs,
    long eventOffset,
    String featureSetHash,
    SeqKnn.Parameters seqKnn,
    Map<String, Double> weights,
    Map<String, Double> metrics,
    Map<String, BundleFolder.FileEntry> files) {
  static final String FILE = BundleFolder.MANIFEST;
  private static final String FORMAT = "proffer-model/1";
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  long sizeBytes() {
    return files.values().stream().mapToLong(BundleFolder.FileEntry::bytes).sum();
  }

  byte[] toJson() {
    ObjectNode root = JSON.createObjectNode();
    root.put("format", FORMAT);
    root.put("model_version", version);
    root.put("trained_at_unix_ms", trainedAtUnixMs);
    root.put("event_offset", eventOffset);
    root.put("feature_set_hash", featureSetHash);
    ObjectNode parameters = root.putObject("seq_knn");
    parameters.put("window", seqKnn.window());
    parameters.put("in_basket", seqKnn.inBasket());
    parameters.put("basket_power", seqKnn.basketPower());
    parameters.put("alpha", seqKnn.alpha());
    parameters.put("shrink", seqKnn.shrink());
    parameters.put("decay", seqKnn.decay());
    parameters.put("history_max", seqKnn.historyMax());
    parameters.put("links_max", seqKnn.linksMax());
    ObjectNode weightNode = root.putObject("weights");
    new TreeMap<>(weights).forEach(weightNode::put);
    ObjectNode metricNode = root.putObject("metrics");
    new TreeMap<>(metrics).forEach(metricNode::put);
    ObjectNode fileNode = root.putObject("files");
    new TreeMap<>(files)
        .forEach((name, entry) ->
            fileNode.putObject(name).put("bytes", entry.bytes()).put("sha256", entry.sha256()));
    try {
      return JSON.writeValueAsBytes(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static Manifest parse(String bundle, byte[] json) throws BundleException {
    try {
      JsonNode root = JSON.readTree(json);
      if (root == null || !root.isObject()) {
        throw new BundleException(bundle + ": " + FILE + " is empty or not an object");
      }
      String format = text(root, "format");
      if (!format.equals(FORMAT)) {
        throw new BundleException(
            bundle + ": " + FILE + ": format '" + format + "' (expected: " + FORMAT + ")");
      }
      JsonNode p = member(root, "seq_knn");
      SeqKnn.Parameters parameters =
          new SeqKnn.Parameters(
              (int) number(p, "window"),
              number(p, "in_basket"),
              number(p, "basket_power"),
              number(p, "alpha"),
              number(p, "shrink"),
              number(p, "decay"),
              (int) number(p, "history_max"),
              (int) number(p, "links_max"));
      Map<String, BundleFolder.FileEntry> files = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> file : member(root, "files").properties()) {
        files.put(
            file.getKey(),
            new BundleFolder.FileEntry(
                (long) number(file.getValue(), "bytes"), text(file.getValue(), "sha256")));
      }
      return new Manifest(
          text(root, "model_version"),
          (long) number(root, "trained_at_unix_ms"),
          (long) number(root, "event_offset"),
          text(root, "feature_set_hash"),
          parameters,
          numbers(member(root, "weights")),
          numbers(member(root, "metrics")),
          files);
    } catch (java.io.IOException | IllegalArgumentException e) {
      throw new BundleException(bundle + ": " + FILE + ": " + e.getMessage(), e);
    }
  }

  private static Map<String, Double> numbers(JsonNode node) {
    Map<String, Double> result = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      result.put(entry.getKey(), entry.getValue().asDouble());
    }
    return result;
  }

  private static JsonNode member(JsonNode node, String name) {
    JsonNode value = node.get(name);
    if (value == null) {
      throw new IllegalArgumentException(name + " is missing");
    }
    return value;
  }

  private static String text(JsonNode node, String name) {
    JsonNode value = member(node, name);
    if (!value.isTextual()) {
      throw new IllegalArgumentException(name + " is not a text");
    }
    return value.asText();
  }

  private static double number(JsonNode node, String name) {
    JsonNode value = member(node, name);
    if (!value.isNumber()) {
      throw new IllegalArgumentException(name + " is not a number");
    }
    return value.asDouble();
  }
}
