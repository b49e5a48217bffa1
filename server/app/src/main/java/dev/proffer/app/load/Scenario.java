// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.load;

import com.google.protobuf.Message;
import dev.proffer.app.shop.SampleShop;
import dev.proffer.proto.chatbot.v1.ChatRequest;
import dev.proffer.proto.chatbot.v1.ChatServiceGrpc;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixRequest;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesRequest;
import dev.proffer.proto.featurestore.v1.IngestEventsRequest;
import dev.proffer.proto.promotion.v1.Cart;
import dev.proffer.proto.promotion.v1.CartLine;
import dev.proffer.proto.promotion.v1.EvaluateCartRequest;
import dev.proffer.proto.promotion.v1.ListOffersRequest;
import dev.proffer.proto.promotion.v1.Person;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.proto.ranker.v1.RankRequest;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommenderServiceGrpc;
import dev.proffer.proto.ranker.v1.SearchItemsRequest;
import dev.proffer.proto.ranker.v1.SimilarItemsRequest;
import dev.proffer.runtime.service.Peers;
import io.grpc.MethodDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/// One rpc with requests as a shop would send them.
///
/// Requests follow from their number: both generators and every run ask the same. People and items
/// are taken by a power law, because that is how a shop is visited.
///
/// @param service who answers, as in [Peers]
/// @param isIdempotent whether the same request may be sent again and costs the same
public record Scenario(
    String name,
    String description,
    String service,
    MethodDescriptor<?, ?> method,
    boolean isIdempotent,
    Maker maker) {

  /// Makes one request.
  public interface Maker {
    Message make(Shop shop, Random random, int number);
  }

  /// The ids that requests name.
  public record Shop(List<Item> items, int people, String run) {
    /// What is sold in a sample shop, and its people.
    ///
    /// @param run tells the events of this run from those of another
    public static Shop of(SampleShop shop, String run) {
      List<Item> sold = shop.items().stream().filter(item -> !item.getHidden()).toList();
      return new Shop(sold, shop.peopleCount(), run);
    }

    Item item(Random random) {
      return items.get(popular(random, items.size()));
    }

    String user(Random random) {
      return String.format(Locale.ROOT, "u-%05d", 1 + popular(random, people));
    }

    /// A power law of exponent one, cut off at the ends.
    private static int popular(Random random, int count) {
      return (int) Math.min(count - 1, Math.expm1(random.nextDouble() * Math.log1p(count)));
    }
  }

  /// The request of a number.
  public Message request(Shop shop, int number) {
    return maker.make(shop, new Random(0x5EEDL * 31 + number), number);
  }

  /// All scenarios, in the order of the contract.
  public static List<Scenario> all() {
    return List.of(
        new Scenario(
            "recommend",
            "20 items for a person, every fifth a session without a name",
            Peers.RANKER,
            RecommenderServiceGrpc.getRecommendMethod(),
            true,
            (shop, random, number) -> {
              RecommendRequest.Builder request = RecommendRequest.newBuilder().setK(20);
              if (number % 5 == 0) {
                request.setSessionId("s-" + random.nextInt(100_000));
                for (int i = 0; i < 3; i++) {
                  request.addRecentItemIds(shop.item(random).getItemId());
                }
              } else {
                request.setUserId(shop.user(random));
              }
              return request.build();
            }),
        new Scenario(
            "recommend-explained",
            "10 items for a person with the reason of each",
            Peers.RANKER,
            RecommenderServiceGrpc.getRecommendMethod(),
            true,
            (shop, random, _) ->
                RecommendRequest.newBuilder()
                    .setUserId(shop.user(random))
                    .setK(10)
                    .setExplain(true)
                    .build()),
        new Scenario(
            "rank",
            "the order of 50 items that the caller brings, the best 20 of them",
            Peers.RANKER,
            RecommenderServiceGrpc.getRankMethod(),
            true,
            (shop, random, _) -> {
              RankRequest.Builder request =
                  RankRequest.newBuilder().setUserId(shop.user(random)).setK(20);
              int from = random.nextInt(shop.items().size());
              for (int i = 0; i < 50; i++) {
                request.addCandidateIds(
                    shop.items().get((from + i * 7) % shop.items().size()).getItemId());
              }
              return request.build();
            }),
        new Scenario(
            "similar",
            "10 items like one",
            Peers.RANKER,
            RecommenderServiceGrpc.getSimilarItemsMethod(),
            true,
            (shop, random, _) ->
                SimilarItemsRequest.newBuilder()
                    .setItemId(shop.item(random).getItemId())
                    .setK(10)
                    .build()),
        new Scenario(
            "search",
            "two words of a title, English or Chinese",
            Peers.RANKER,
            RecommenderServiceGrpc.getSearchItemsMethod(),
            true,
            (shop, random, number) -> {
              String title =
                  shop.item(random).getTitlesOrDefault(number % 2 == 0 ? "en" : "zh", "gift");
              String[] words = title.split(" ", -1);
              String query =
                  number % 2 == 0
                      ? words[0] + " " + words[words.length - 1]
                      : title.substring(0, Math.min(4, title.length()));
              return SearchItemsRequest.newBuilder().setQuery(query).setK(10).build();
            }),
        new Scenario(
            "features",
            "the features of a person and 100 items as a matrix",
            Peers.FEATURE_STORE,
            FeatureStoreServiceGrpc.getGetFeatureMatrixMethod(),
            true,
            (shop, random, _) -> {
              GetFeatureMatrixRequest.Builder request =
                  GetFeatureMatrixRequest.newBuilder()
                      .setFeatureSet("ranker")
                      .setContextEntityId(shop.user(random));
              for (int i = 0; i < 100; i++) {
                request.addCandidateIds(shop.item(random).getItemId());
              }
              return request.build();
            }),
        new Scenario(
            "online-features",
            "all counts of 10 items by name",
            Peers.FEATURE_STORE,
            FeatureStoreServiceGrpc.getGetOnlineFeaturesMethod(),
            true,
            (shop, random, _) -> {
              GetOnlineFeaturesRequest.Builder request =
                  GetOnlineFeaturesRequest.newBuilder().addFeatures("item_activity:*");
              for (int i = 0; i < 10; i++) {
                request.addEntityIds(shop.item(random).getItemId());
              }
              return request.build();
            }),
        new Scenario(
            "ingest",
            "20 events of one visit, durable before the answer",
            Peers.FEATURE_STORE,
            FeatureStoreServiceGrpc.getIngestEventsMethod(),
            false,
            (shop, random, number) -> {
              IngestEventsRequest.Builder request = IngestEventsRequest.newBuilder();
              String user = shop.user(random);
              long now = System.currentTimeMillis();
              for (int i = 0; i < 20; i++) {
                request.addEvents(
                    Event.newBuilder()
                        .setEventId(shop.run() + "-" + number + "-" + i)
                        .setType(
                            i % 4 == 0
                                ? EventType.EVENT_TYPE_CLICK
                                : EventType.EVENT_TYPE_IMPRESSION)
                        .setEventTimeUnixMs(now - 20 + i)
                        .setUserId(user)
                        .setSessionId("load-" + number)
                        .setItemId(shop.item(random).getItemId()));
              }
              return request.build();
            }),
        new Scenario(
            "evaluate-cart",
            "the best price of a cart of one to six lines",
            Peers.RANKER,
            PromotionServiceGrpc.getEvaluateCartMethod(),
            true,
            (shop, random, _) -> {
              Item first = shop.item(random);
              Cart.Builder cart = Cart.newBuilder().setCurrency(first.getCurrency());
              List<Item> lines = new ArrayList<>(List.of(first));
              for (int i = random.nextInt(6); i > 0; i--) {
                Item next = shop.item(random);
                if (!lines.contains(next)) {
                  lines.add(next);
                }
              }
              for (Item item : lines) {
                cart.addLines(
                    CartLine.newBuilder()
                        .setItemId(item.getItemId())
                        .setQuantity(1 + random.nextInt(3)));
              }
              return EvaluateCartRequest.newBuilder()
                  .setCart(cart)
                  .setPerson(Person.newBuilder().setUserId(shop.user(random)))
                  .build();
            }),
        new Scenario(
            "offers",
            "the offers that a person can have now",
            Peers.RANKER,
            PromotionServiceGrpc.getListOffersMethod(),
            true,
            (shop, random, _) ->
                ListOffersRequest.newBuilder()
                    .setPerson(Person.newBuilder().setUserId(shop.user(random)))
                    .setPageSize(20)
                    .build()),
        new Scenario(
            "chat",
            "one question about deals, English or Chinese",
            Peers.CHATBOT,
            ChatServiceGrpc.getChatMethod(),
            false,
            (shop, random, number) ->
                ChatRequest.newBuilder()
                    .setConversationId(shop.run() + "-" + number)
                    .setTurnId("1")
                    .setUserId(shop.user(random))
                    .setText(QUESTIONS.get(number % QUESTIONS.size()))
                    .build()));
  }

  /// The scenario of a name.
  ///
  /// @throws IllegalArgumentException naming those that there are
  public static Scenario named(String name) {
    return all().stream()
        .filter(scenario -> scenario.name.equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "scenario: '"
                    + name
                    + "' (expected: "
                    + String.join(", ", all().stream().map(Scenario::name).toList())
                    + ")"));
  }

  private static final List<String> QUESTIONS =
      List.of(
          "Are there any deals for me today?",
          "今天有什么优惠？",
          "Which coupons do I have?",
          "满减活动怎么参加",
          "When does the flash sale start?",
          "会员有什么折扣",
          "Can I combine two promotions?",
          "有没有送赠品的活动");
}
