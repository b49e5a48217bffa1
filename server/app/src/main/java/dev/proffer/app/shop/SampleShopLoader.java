// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.shop;

import dev.proffer.app.importing.CatalogueSender;
import dev.proffer.app.importing.EventSender;
import dev.proffer.app.importing.ImportFailure;
import dev.proffer.app.importing.Retry;
import dev.proffer.app.progress.Progress;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc;
import dev.proffer.proto.promotion.v1.UpsertPromotionsRequest;
import dev.proffer.proto.ranker.v1.CatalogueServiceGrpc;
import dev.proffer.proto.ranker.v1.Item;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Writes the sample shop through the same calls that a real shop uses. Everything has a fixed id,
/// so a load that was interrupted is simply started again: what is there already is replaced by the
/// same or counted as a duplicate.
public final class SampleShopLoader {
  private final CatalogueServiceGrpc.CatalogueServiceBlockingStub catalogue;
  private final PromotionServiceGrpc.PromotionServiceBlockingStub promotions;
  private final FeatureStoreServiceGrpc.FeatureStoreServiceBlockingStub featureStore;
  private final Progress progress;
  private final Retry retry = new Retry();

  public SampleShopLoader(Channel ranker, Channel featureStore, Progress progress) {
    this.catalogue = CatalogueServiceGrpc.newBlockingStub(ranker);
    this.promotions = PromotionServiceGrpc.newBlockingStub(ranker);
    this.featureStore = FeatureStoreServiceGrpc.newBlockingStub(featureStore);
    this.progress = progress;
  }

  /// What was loaded.
  ///
  /// @param warnings what the ranker thinks of the promotions
  public record Loaded(
      long items,
      long members,
      long promotions,
      EventSender.Outcome events,
      List<String> warnings,
      double seconds) {}

  /// Loads all of the shop. Fails with an [ImportFailure] whose message says what to do.
  public Loaded load(SampleShop shop) {
    long start = System.nanoTime();
    CatalogueSender sender = new CatalogueSender(catalogue, retry);
    List<Item> items = shop.items();
    long itemsWritten;
    try (Progress.Step step = progress.begin("writing items", items.size(), "items")) {
      itemsWritten = sender.sendItems(items, step);
    }
    if (!sender.rejections().isEmpty()) {
      throw new ImportFailure("the catalogue refused sample items: " + sender.rejections());
    }
    List<String> warnings = loadPromotions(shop);

    SampleShop.Past past;
    EventSender.Outcome events;
    try (Progress.Step step =
            progress.begin("writing behaviour", Progress.UNKNOWN_TOTAL, "events");
        EventSender eventSender = new EventSender(featureStore, retry, step)) {
      past = shop.live(eventSender::send);
      events = eventSender.finish();
    }
    if (events.rejected() > 0) {
      throw new ImportFailure("the feature store refused sample events: " + events.rejections());
    }
    long membersWritten;
    try (Progress.Step step = progress.begin("writing members", past.members().size(), "members")) {
      membersWritten = sender.sendMembers(past.members(), step);
    }
    return new Loaded(
        itemsWritten,
        membersWritten,
        shop.promotions().size(),
        events,
        warnings,
        (System.nanoTime() - start) / 1e9);
  }

  /// Writes the promotions alone. Their schedules follow the time of the shop, so writing those of
  /// a shop of today brings an older load up to date. Returns what the ranker thinks of them.
  public List<String> loadPromotions(SampleShop shop) {
    List<Promotion> all = shop.promotions();
    UpsertPromotionsRequest request =
        UpsertPromotionsRequest.newBuilder().addAllPromotions(all).build();
    try (Progress.Step step = progress.begin("writing promotions", all.size(), "promotions")) {
      List<String> warnings =
          retry
              .call(
                  "writing promotions",
                  () ->
                      promotions.withDeadlineAfter(30, TimeUnit.SECONDS).upsertPromotions(request))
              .getWarningsList();
      step.advance(all.size());
      return List.copyOf(warnings);
    } catch (StatusRuntimeException e) {
      throw new ImportFailure(
          "the ranker refused the sample promotions: " + e.getStatus().getDescription(), e);
    }
  }
}
