// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot;

import com.google.protobuf.Message;
import dev.proffer.proto.promotion.v1.AppliedPromotion;
import dev.proffer.proto.promotion.v1.CartLine;
import dev.proffer.proto.promotion.v1.EvaluateCartRequest;
import dev.proffer.proto.promotion.v1.EvaluateCartResponse;
import dev.proffer.proto.promotion.v1.ExplainPromotionRequest;
import dev.proffer.proto.promotion.v1.ExplainPromotionResponse;
import dev.proffer.proto.promotion.v1.ListOffersRequest;
import dev.proffer.proto.promotion.v1.ListOffersResponse;
import dev.proffer.proto.promotion.v1.ListPromotionsRequest;
import dev.proffer.proto.promotion.v1.ListPromotionsResponse;
import dev.proffer.proto.promotion.v1.Offer;
import dev.proffer.proto.promotion.v1.PricedLine;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.PromotionRefusal;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc;
import dev.proffer.proto.promotion.v1.PromotionType;
import dev.proffer.proto.promotion.v1.RefusalReason;
import dev.proffer.proto.ranker.v1.CatalogueServiceGrpc;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.proto.ranker.v1.ItemFilter;
import dev.proffer.proto.ranker.v1.ListItemsRequest;
import dev.proffer.proto.ranker.v1.ListItemsResponse;
import dev.proffer.proto.ranker.v1.RankRequest;
import dev.proffer.proto.ranker.v1.RankResponse;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import dev.proffer.proto.ranker.v1.RecommendedItem;
import dev.proffer.proto.ranker.v1.RecommenderServiceGrpc;
import dev.proffer.proto.ranker.v1.SearchItemsRequest;
import dev.proffer.proto.ranker.v1.SearchItemsResponse;
import dev.proffer.proto.ranker.v1.SimilarItemsRequest;
import dev.proffer.proto.ranker.v1.SimilarItemsResponse;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/// A shop over gRPC that is small enough to know by heart: twelve items, seven promotions, one of
/// each type. It answers as the contract says, and can be told to be down, slow or without
/// anything.
public final class FakeShopServer implements AutoCloseable {
  /// 2026-11-22 08:00 UTC.
  public static final long NOW = 1_795_334_400_000L;

  private static final long DAY = 86_400_000L;

  private final Server server;
  private final ManagedChannel channel;
  volatile boolean down;
  volatile long delayMillis;

  /// Whether it answers every question with nothing, names of the catalogue aside.
  volatile boolean empty;

  volatile long catalogueVersion = 7;

  record Sample(
      String id,
      String en,
      String zh,
      String category,
      String brand,
      long price,
      long after,
      String offer) {}

  static final List<Sample> ITEMS =
      List.of(
          new Sample(
              "k1",
              "Damask Chef Knife",
              "大马士革主厨刀",
              "kitchen/knives",
              "Ironleaf",
              32900,
              26320,
              "p-knives"),
          new Sample(
              "k2",
              "Santoku Knife Slim",
              "三德菜刀轻薄款",
              "kitchen/knives",
              "Ironleaf",
              19900,
              15920,
              "p-knives"),
          new Sample(
              "k3",
              "Bread Knife Classic",
              "经典面包刀",
              "kitchen/knives",
              "Homa",
              8900,
              7120,
              "p-knives"),
          new Sample(
              "c1", "Copper Pan Large", "大号铜煎锅", "kitchen/cookware", "Homa", 45900, 45900, ""),
          new Sample("c2", "Cast Iron Pot", "铸铁炖锅", "kitchen/cookware", "Homa", 39900, 39900, ""),
          new Sample(
              "h1",
              "Cloud Wireless Headphones",
              "云朵无线耳机",
              "electronics/headphones",
              "Sonora",
              59900,
              49900,
              "p-flash"),
          new Sample(
              "h2",
              "Studio Wired Headphones",
              "录音室有线耳机",
              "electronics/headphones",
              "Sonora",
              29900,
              29900,
              ""),
          new Sample(
              "h3",
              "Sport Wireless Earbuds",
              "运动无线耳塞",
              "electronics/headphones",
              "Nike",
              24900,
              19900,
              "p-sport"),
          new Sample(
              "s1", "Air Runner Shoes", "轻风跑步鞋", "sports/shoes", "Nike", 69900, 55900, "p-sport"),
          new Sample(
              "s2", "Trail Shoes Grip", "越野防滑跑鞋", "sports/shoes", "Adidas", 59900, 59900, ""),
          new Sample("s3", "Court Shoes Retro", "复古板鞋", "sports/shoes", "Adidas", 39900, 39900, ""),
          new Sample("t1", "Oolong Tea Box", "乌龙茶礼盒", "food/tea", "Homa", 12900, 12900, ""));

  record SamplePromotion(
      String id,
      PromotionType type,
      String en,
      String zh,
      String summaryEn,
      String summaryZh,
      String code,
      long starts,
      long ends,
      List<String> scope) {}

  static final List<SamplePromotion> PROMOTIONS =
      List.of(
          new SamplePromotion(
              "p-knives",
              PromotionType.PROMOTION_TYPE_PERCENT_OFF,
              "Knife Week",
              "刀具周",
              "20% off all knives",
              "全部刀具八折",
              "",
              NOW - DAY,
              NOW + 5 * DAY,
              List.of("kitchen/knives")),
          new SamplePromotion(
              "p-sport",
              PromotionType.PROMOTION_TYPE_AMOUNT_OFF,
              "Sport Bonus",
              "运动立减",
              "¥50 off Nike",
              "耐克立减50元",
              "",
              NOW - DAY,
              0,
              List.of("sports", "electronics/headphones")),
          new SamplePromotion(
              "p-300",
              PromotionType.PROMOTION_TYPE_THRESHOLD,
              "Spend and Save",
              "满300减40",
              "¥40 off when you spend ¥300",
              "满300减40",
              "",
              NOW - DAY,
              NOW + 9 * DAY,
              List.of()),
          new SamplePromotion(
              "p-b2g1",
              PromotionType.PROMOTION_TYPE_BUY_X_GET_Y,
              "Tea Time",
              "茶享买二送一",
              "Buy 2 get 1 free on tea",
              "茶叶买二送一",
              "",
              NOW - DAY,
              0,
              List.of("food/tea")),
          new SamplePromotion(
              "p-save",
              PromotionType.PROMOTION_TYPE_COUPON,
              "Autumn Coupon",
              "秋日券",
              "¥20 off with the code",
              "用券立减20元",
              "SAVE20",
              NOW - DAY,
              NOW + 2 * DAY,
              List.of()),
          new SamplePromotion(
              "p-flash",
              PromotionType.PROMOTION_TYPE_FLASH_SALE,
              "Headphone Flash Sale",
              "耳机限时秒杀",
              "Cloud headphones for ¥499",
              "云朵耳机秒杀价499元",
              "",
              NOW + 12 * 3_600_000L,
              NOW + DAY,
              List.of("electronics/headphones")),
          new SamplePromotion(
              "p-gold",
              PromotionType.PROMOTION_TYPE_MEMBER_EXCLUSIVE,
              "Gold Extra",
              "黄金会员专享",
              "5% off for gold members",
              "黄金会员九五折",
              "",
              NOW - DAY,
              0,
              List.of()));

  public FakeShopServer(String name) throws IOException {
    server =
        InProcessServerBuilder.forName(name)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .addService(new Recommender())
            .addService(new Promotions())
            .addService(new Catalogue())
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).build();
  }

  public ManagedChannel channel() {
    return channel;
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  private void arrive() {
    if (down) {
      throw Status.UNAVAILABLE.withDescription("down").asRuntimeException();
    }
    if (delayMillis > 0) {
      try {
        Thread.sleep(delayMillis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private <T extends Message> void reply(
      StreamObserver<T> observer, java.util.function.Supplier<T> reply) {
    try {
      arrive();
      T message = reply.get();
      if (empty && !(message instanceof ListItemsResponse)) {
        @SuppressWarnings("unchecked") // the default instance is of the same type
        T nothing = (T) message.getDefaultInstanceForType();
        message = nothing;
      }
      observer.onNext(message);
      observer.onCompleted();
    } catch (RuntimeException e) {
      observer.onError(e);
    }
  }

  private static boolean below(String category, List<String> ancestors) {
    return ancestors.isEmpty()
        || ancestors.stream().anyMatch(a -> (category + "/").startsWith(a + "/"));
  }

  private static List<RecommendedItem> items(ItemFilter filter, Predicate<Sample> also, int k) {
    List<RecommendedItem> found = new ArrayList<>();
    for (Sample item : ITEMS) {
      boolean legal =
          below(item.category, filter.getCategoriesList())
              && (filter.getBrandsCount() == 0 || filter.getBrandsList().contains(item.brand))
              && item.after >= filter.getMinPriceMinorUnits()
              && (filter.getMaxPriceMinorUnits() == 0
                  || item.after <= filter.getMaxPriceMinorUnits())
              && (!filter.getOnPromotion() || !item.offer.isEmpty())
              && !filter.getExcludedItemIdsList().contains(item.id)
              && also.test(item);
      if (legal && found.size() < k) {
        found.add(recommended(item));
      }
    }
    return found;
  }

  private static RecommendedItem recommended(Sample item) {
    RecommendedItem.Builder recommended =
        RecommendedItem.newBuilder()
            .setItemId(item.id)
            .putAllTitles(Map.of("en", item.en, "zh", item.zh))
            .setCategory(item.category)
            .setBrand(item.brand)
            .setListPriceMinorUnits(item.price)
            .setPriceMinorUnits(item.after)
            .setCurrency("CNY");
    PROMOTIONS.stream()
        .filter(p -> p.id.equals(item.offer))
        .forEach(p ->
            recommended.setOffer(
                offer(p).toBuilder().setSavingMinorUnits(item.price - item.after)));
    return recommended.build();
  }

  private static Offer offer(SamplePromotion promotion) {
    return Offer.newBuilder()
        .setPromotionId(promotion.id)
        .setType(promotion.type)
        .putAllNames(Map.of("en", promotion.en, "zh", promotion.zh))
        .putAllSummaries(Map.of("en", promotion.summaryEn, "zh", promotion.summaryZh))
        .setCurrency("CNY")
        .setCode(promotion.code)
        .setStartsAtUnixMs(promotion.starts)
        .setEndsAtUnixMs(promotion.ends)
        .setRemainingUnits(-1)
        .build();
  }

  private final class Recommender extends RecommenderServiceGrpc.RecommenderServiceImplBase {
    @Override
    public void recommend(RecommendRequest request, StreamObserver<RecommendResponse> observer) {
      reply(
          observer,
          () ->
              RecommendResponse.newBuilder()
                  .addAllItems(items(request.getFilter(), _ -> true, request.getK()))
                  .build());
    }

    @Override
    public void rank(RankRequest request, StreamObserver<RankResponse> observer) {
      reply(
          observer,
          () ->
              RankResponse.newBuilder()
                  .addAllItems(
                      items(
                          ItemFilter.getDefaultInstance(),
                          item -> request.getCandidateIdsList().contains(item.id),
                          100))
                  .build());
    }

    @Override
    public void similarItems(
        SimilarItemsRequest request, StreamObserver<SimilarItemsResponse> observer) {
      reply(
          observer,
          () -> {
            Sample like =
                ITEMS.stream()
                    .filter(item -> item.id.equals(request.getItemId()))
                    .findFirst()
                    .orElseThrow(Status.NOT_FOUND::asRuntimeException);
            return SimilarItemsResponse.newBuilder()
                .addAllItems(
                    items(
                        request.getFilter(),
                        item -> item.category.equals(like.category) && item != like,
                        request.getK()))
                .build();
          });
    }

    @Override
    public void searchItems(
        SearchItemsRequest request, StreamObserver<SearchItemsResponse> observer) {
      String[] words = request.getQuery().toLowerCase(Locale.ROOT).split(" ", -1);
      reply(
          observer,
          () ->
              SearchItemsResponse.newBuilder()
                  .addAllItems(
                      items(
                          request.getFilter(),
                          item -> {
                            String text =
                                (item.en + " " + item.zh + " " + item.category)
                                    .toLowerCase(Locale.ROOT);
                            for (String word : words) {
                              if (text.contains(word)) {
                                return true;
                              }
                            }
                            return false;
                          },
                          request.getK()))
                  .build());
    }
  }

  private final class Promotions extends PromotionServiceGrpc.PromotionServiceImplBase {
    @Override
    public void listOffers(ListOffersRequest request, StreamObserver<ListOffersResponse> observer) {
      reply(
          observer,
          () -> {
            ListOffersResponse.Builder offers = ListOffersResponse.newBuilder();
            for (SamplePromotion promotion : PROMOTIONS) {
              boolean live = promotion.starts <= NOW + request.getUpcomingWithinMs();
              boolean type =
                  request.getTypesCount() == 0 || request.getTypesList().contains(promotion.type);
              boolean scope =
                  promotion.scope.isEmpty()
                      || request.getFilter().getCategoriesCount() == 0
                      || promotion.scope.stream()
                          .anyMatch(s ->
                              below(s, request.getFilter().getCategoriesList())
                                  || request.getFilter().getCategoriesList().stream()
                                      .anyMatch(c -> below(c, List.of(s))));
              if (live && type && scope) {
                offers.addOffers(offer(promotion));
              }
            }
            return offers.build();
          });
    }

    @Override
    public void listPromotions(
        ListPromotionsRequest request, StreamObserver<ListPromotionsResponse> observer) {
      reply(
          observer,
          () -> {
            ListPromotionsResponse.Builder promotions = ListPromotionsResponse.newBuilder();
            for (SamplePromotion promotion : PROMOTIONS) {
              promotions.addPromotions(
                  Promotion.newBuilder()
                      .setPromotionId(promotion.id)
                      .setType(promotion.type)
                      .putAllNames(Map.of("en", promotion.en, "zh", promotion.zh))
                      .setCode(promotion.code));
            }
            return promotions.build();
          });
    }

    @Override
    public void explainPromotion(
        ExplainPromotionRequest request, StreamObserver<ExplainPromotionResponse> observer) {
      reply(
          observer,
          () -> {
            SamplePromotion promotion =
                PROMOTIONS.stream()
                    .filter(p ->
                        request.getPromotionId().isEmpty()
                            ? p.code.equals(request.getCode())
                            : p.id.equals(request.getPromotionId()))
                    .findFirst()
                    .orElseThrow(Status.NOT_FOUND::asRuntimeException);
            ExplainPromotionResponse.Builder explained =
                ExplainPromotionResponse.newBuilder().setOffer(offer(promotion));
            long total = total(request.getCart().getLinesList());
            if (promotion.id.equals("p-300") && total < 30000) {
              explained.setRefusal(refusal(promotion, 30000 - total));
            } else {
              explained.setApplied(applied(promotion, 2000));
            }
            return explained.build();
          });
    }

    @Override
    public void evaluateCart(
        EvaluateCartRequest request, StreamObserver<EvaluateCartResponse> observer) {
      reply(
          observer,
          () -> {
            EvaluateCartResponse.Builder cart =
                EvaluateCartResponse.newBuilder().setCurrency("CNY");
            long total = total(request.getCart().getLinesList());
            for (CartLine line : request.getCart().getLinesList()) {
              cart.addLines(
                  PricedLine.newBuilder()
                      .setItemId(line.getItemId())
                      .setQuantity(line.getQuantity()));
            }
            SamplePromotion threshold = PROMOTIONS.get(2);
            long saving = total >= 30000 ? 4000 : 0;
            if (saving > 0) {
              cart.addApplied(applied(threshold, saving));
            } else {
              cart.addNotApplied(refusal(threshold, 30000 - total));
            }
            request.getCart().getCodesList().stream()
                .filter(c -> !c.equals("SAVE20"))
                .forEach(cart::addRefusedCodes);
            return cart.setSubtotalMinorUnits(total)
                .setSavingMinorUnits(saving)
                .setTotalMinorUnits(total - saving)
                .setExact(true)
                .build();
          });
    }

    private static long total(List<CartLine> lines) {
      long total = 0;
      for (CartLine line : lines) {
        for (Sample item : ITEMS) {
          total += item.id.equals(line.getItemId()) ? item.price * line.getQuantity() : 0;
        }
      }
      return total;
    }

    private static AppliedPromotion applied(SamplePromotion promotion, long saving) {
      return AppliedPromotion.newBuilder()
          .setPromotionId(promotion.id)
          .setType(promotion.type)
          .putAllNames(Map.of("en", promotion.en, "zh", promotion.zh))
          .setSavingMinorUnits(saving)
          .build();
    }

    private static PromotionRefusal refusal(SamplePromotion promotion, long missing) {
      return PromotionRefusal.newBuilder()
          .setPromotionId(promotion.id)
          .setType(promotion.type)
          .putAllNames(Map.of("en", promotion.en, "zh", promotion.zh))
          .setReason(RefusalReason.REFUSAL_REASON_AMOUNT)
          .setMissingAmountMinorUnits(missing)
          .build();
    }
  }

  private final class Catalogue extends CatalogueServiceGrpc.CatalogueServiceImplBase {
    @Override
    public void listItems(ListItemsRequest request, StreamObserver<ListItemsResponse> observer) {
      reply(
          observer,
          () -> {
            ListItemsResponse.Builder page =
                ListItemsResponse.newBuilder().setCatalogueVersion(catalogueVersion);
            for (Sample item : ITEMS) {
              page.addItems(
                  Item.newBuilder()
                      .setItemId(item.id)
                      .putAllTitles(Map.of("en", item.en, "zh", item.zh))
                      .setCategory(item.category)
                      .setBrand(item.brand)
                      .setCurrency("CNY")
                      .setPriceMinorUnits(item.price));
            }
            return page.build();
          });
    }
  }
}
