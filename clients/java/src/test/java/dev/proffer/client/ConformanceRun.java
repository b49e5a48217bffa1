// SPDX-License-Identifier: Apache-2.0
package dev.proffer.client;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import dev.proffer.proto.chatbot.v1.StreamChatResponse;
import dev.proffer.proto.featurestore.v1.FeatureRow;
import dev.proffer.proto.featurestore.v1.ValueColumn;
import dev.proffer.proto.promotion.v1.ListOffersRequest;
import dev.proffer.proto.promotion.v1.ListPromotionsRequest;
import dev.proffer.proto.ranker.v1.ItemFilter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Runs the conformance scenario and writes what it got.
final class ConformanceRun {
  private static final Gson JSON = new GsonBuilder().serializeNulls().create();

  private final Proffer proffer;

  private ConformanceRun(Proffer proffer) {
    this.proffer = proffer;
  }

  public static void main(String[] arguments) throws IOException {
    String scenario = Files.readString(Path.of(arguments[2])).replace("${run}", arguments[3]);
    JsonArray results = new JsonArray();
    try (Proffer proffer = Proffer.at(arguments[0]).timeout(Duration.ofSeconds(30)).connect()) {
      ConformanceRun run = new ConformanceRun(proffer);
      for (JsonElement each :
          JsonParser.parseString(scenario).getAsJsonObject().getAsJsonArray("steps")) {
        JsonObject step = each.getAsJsonObject();
        try {
          results.add(run.call(step.get("call").getAsString(), step.getAsJsonObject("with")));
        } catch (ProfferException e) {
          results.add(failure(e));
        }
      }
    }
    Files.writeString(Path.of(arguments[4]), JSON.toJson(results));
  }

  private JsonElement call(String call, JsonObject with) throws InvalidProtocolBufferException {
    return switch (call) {
      case "recommend" -> plain(within(with).recommend(recommend(with)));
      case "rank" ->
          plain(
              proffer.rank(
                  Rank.of(texts(with, "candidateIds"))
                      .user(text(with, "userId"))
                      .requestId(text(with, "requestId"))));
      case "similarItems" -> plain(proffer.similarItems(text(with, "itemId"), find(with)));
      case "searchItems" -> plain(proffer.searchItems(text(with, "query"), find(with)));
      case "evaluateCart" -> plain(proffer.evaluateCart(cart(with)));
      case "record" ->
          list(
              "results",
              proffer.record(objects(with, "events").map(ConformanceRun::event).toList()).stream());
      case "writeFeatures" -> list("results", proffer.writeFeatures(rows(with)).stream());
      case "streamFeatures" -> list("results", proffer.streamFeatures(rows(with).iterator()));
      case "featureMatrix" ->
          matrix(
              proffer.featureMatrix(
                  text(with, "featureSet"),
                  text(with, "contextEntityId"),
                  texts(with, "candidateIds")));
      case "onlineFeatures" ->
          plain(proffer.onlineFeatures(texts(with, "features"), texts(with, "entityIds")));
      case "listOffers" -> {
        ListOffersRequest.Builder request =
            ListOffersRequest.newBuilder().setPageSize(with.get("pageSize").getAsInt());
        request.getPersonBuilder().setUserId(text(with, "userId"));
        yield list("entries", proffer.listOffers(request.build()));
      }
      case "listPromotions" ->
          list(
              "entries",
              proffer.listPromotions(
                  ListPromotionsRequest.newBuilder()
                      .setPageSize(with.get("pageSize").getAsInt())
                      .build()));
      case "listItems" -> list("entries", proffer.listItems(with.get("pageSize").getAsInt()));
      case "chat" -> plain(proffer.chat(turn(with)));
      case "chatStream" -> pieces(turn(with));
      default -> throw new IllegalArgumentException("call: " + call);
    };
  }

  private Proffer within(JsonObject with) {
    return with.has("timeoutMs")
        ? proffer.withTimeout(Duration.ofNanos((long) (with.get("timeoutMs").getAsDouble() * 1e6)))
        : proffer;
  }

  private static Recommend recommend(JsonObject with) throws InvalidProtocolBufferException {
    Recommend recommend =
        Recommend.forUser(text(with, "userId"))
            .session(text(with, "sessionId"))
            .limit(with.get("k").getAsInt())
            .requestId(text(with, "requestId"))
            .recent(texts(with, "recentItemIds"))
            .channel(text(with, "channel"))
            .page(text(with, "page"))
            .language(text(with, "language"));
    if (with.has("explain")) {
      recommend.explain();
    }
    if (with.has("filter")) {
      ItemFilter.Builder filter = ItemFilter.newBuilder();
      JsonFormat.parser().merge(with.get("filter").toString(), filter);
      recommend.filter(filter.build());
    }
    return recommend;
  }

  private static Find find(JsonObject with) {
    return new Find().limit(with.get("k").getAsInt()).user(text(with, "userId"));
  }

  private static Say turn(JsonObject with) {
    return Say.text(text(with, "text")).user(text(with, "userId")).turn(text(with, "turnId"));
  }

  private static Carts cart(JsonObject with) {
    Carts cart =
        Carts.empty().code(texts(with, "codes").toArray(String[]::new)).user(text(with, "userId"));
    objects(with, "lines")
        .forEach(line -> {
          String item = text(line, "itemId");
          int quantity = line.get("quantity").getAsInt();
          if (line.has("unitPriceMinorUnits")) {
            cart.add(item, quantity, line.get("unitPriceMinorUnits").getAsLong());
          } else {
            cart.add(item, quantity);
          }
        });
    if (with.has("shippingMinorUnits")) {
      cart.shipping(with.get("shippingMinorUnits").getAsLong());
    }
    return with.has("explain") ? cart.explain() : cart;
  }

  private static dev.proffer.proto.featurestore.v1.Event event(JsonObject given) {
    String item = text(given, "itemId");
    Events event =
        switch (text(given, "type")) {
          case "impression" ->
              Events.impression(item)
                  .requestId(text(given, "requestId"))
                  .position(given.get("position").getAsInt());
          case "click" -> Events.click(item);
          case "addToCart" -> Events.addToCart(item).quantity(given.get("quantity").getAsInt());
          case "purchase" ->
              Events.purchase(
                      item, given.get("unitPriceMinorUnits").getAsLong(), text(given, "currency"))
                  .quantity(given.get("quantity").getAsInt())
                  .order(text(given, "orderId"));
          case "review" ->
              Events.review(item, given.get("rating").getAsDouble(), text(given, "text"));
          case "search" -> Events.search(text(given, "query"));
          case "redemption" -> Events.redemption(text(given, "promotionId"));
          default -> throw new IllegalArgumentException("type: " + given);
        };
    return event
        .user(text(given, "userId"))
        .session(text(given, "sessionId"))
        .eventId(text(given, "eventId"))
        .at(Instant.ofEpochMilli(given.get("at").getAsLong()))
        .toEvent();
  }

  private static List<FeatureRow> rows(JsonObject with) {
    List<FeatureRow> rows = new ArrayList<>();
    objects(with, "rows")
        .forEach(given -> {
          Rows row =
              Rows.of(text(given, "featureView"), text(given, "entityId"))
                  .at(Instant.ofEpochMilli(given.get("at").getAsLong()));
          for (Map.Entry<String, JsonElement> value : given.getAsJsonObject("values").entrySet()) {
            Map.Entry<String, JsonElement> tagged =
                value.getValue().getAsJsonObject().entrySet().iterator().next();
            switch (tagged.getKey()) {
              case "null" -> row.putNull(value.getKey());
              case "int64" -> row.put(value.getKey(), tagged.getValue().getAsLong());
              case "float" -> row.put(value.getKey(), tagged.getValue().getAsFloat());
              case "double" -> row.put(value.getKey(), tagged.getValue().getAsDouble());
              case "bool" -> row.put(value.getKey(), tagged.getValue().getAsBoolean());
              case "string" -> row.put(value.getKey(), tagged.getValue().getAsString());
              default -> throw new IllegalArgumentException("value: " + tagged);
            }
          }
          rows.add(row.toRow());
        });
    return rows;
  }

  private static JsonElement matrix(FeatureMatrix matrix) {
    JsonObject shown = new JsonObject();
    shown.add("features", JSON.toJsonTree(matrix.features()));
    shown.addProperty("rows", matrix.rows());
    JsonArray values = new JsonArray();
    for (float value : matrix.dense()) {
      values.add(Float.isNaN(value) ? JsonNull.INSTANCE : new JsonPrimitive(value));
    }
    shown.add("values", values);
    JsonArray nulls = new JsonArray();
    JsonArray statuses = new JsonArray();
    JsonObject texts = new JsonObject();
    for (FeatureMatrix.Block block : matrix.candidates()) {
      JsonArray states = new JsonArray();
      for (int row = 0; row < block.rows(); row++) {
        states.add(block.status(row).getNumber());
        for (int column = 0; column < block.columns(); column++) {
          nulls.add(block.isNull(row, column));
        }
      }
      statuses.add(states);
      for (ValueColumn column : block.message().getColumnsList()) {
        JsonArray all = new JsonArray();
        block.column(column.getFeature()).forEach(value -> all.add(plain(value)));
        texts.add(column.getFeature(), all);
      }
    }
    shown.add("nulls", nulls);
    shown.add("statuses", statuses);
    shown.add("texts", texts);
    shown.addProperty("featureSetHash", matrix.featureSetHash());
    return shown;
  }

  private JsonElement pieces(Say turn) {
    try (Stream<StreamChatResponse> stream = proffer.chatStream(turn)) {
      List<StreamChatResponse> all = stream.toList();
      JsonArray pieces = new JsonArray();
      StringBuilder text = new StringBuilder();
      for (StreamChatResponse piece : all) {
        pieces.add(plain(piece));
        text.append(piece.getText());
      }
      JsonObject shown = new JsonObject();
      shown.add("pieces", pieces);
      shown.add("last", pieces.get(pieces.size() - 1));
      shown.addProperty(
          "textIsWhole", text.toString().equals(all.get(all.size() - 1).getDone().getText()));
      return shown;
    }
  }

  private static JsonElement failure(ProfferException e) {
    JsonObject error = new JsonObject();
    error.addProperty("code", e.code().name());
    error.addProperty("reason", e.reason());
    error.add("fields", JSON.toJsonTree(e.fields()));
    JsonObject metadata = new JsonObject();
    e.metadata().forEach(metadata::addProperty);
    metadata.remove("request_id");
    error.add("metadata", metadata);
    JsonObject shown = new JsonObject();
    shown.add("error", error);
    return shown;
  }

  private static JsonElement plain(MessageOrBuilder message) {
    try {
      return JsonParser.parseString(JsonFormat.printer().print(message));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JsonElement list(String name, Stream<? extends MessageOrBuilder> messages) {
    JsonArray all = new JsonArray();
    try (messages) {
      messages.forEach(message -> all.add(plain(message)));
    }
    JsonObject shown = new JsonObject();
    shown.add(name, all);
    return shown;
  }

  private static String text(JsonObject with, String name) {
    return with.has(name) ? with.get(name).getAsString() : "";
  }

  private static List<String> texts(JsonObject with, String name) {
    return with.has(name)
        ? Arrays.asList(JSON.fromJson(with.get(name), String[].class))
        : List.of();
  }

  private static Stream<JsonObject> objects(JsonObject with, String name) {
    return with.getAsJsonArray(name).asList().stream().map(JsonElement::getAsJsonObject);
  }
}
