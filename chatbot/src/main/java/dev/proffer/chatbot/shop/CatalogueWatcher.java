// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.shop;

import dev.proffer.chatbot.mention.Gazetteer;
import dev.proffer.chatbot.mention.GazetteerSource;
import dev.proffer.proto.promotion.v1.ListPromotionsRequest;
import dev.proffer.proto.promotion.v1.ListPromotionsResponse;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc;
import dev.proffer.proto.ranker.v1.CatalogueServiceGrpc;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.proto.ranker.v1.ListItemsRequest;
import dev.proffer.proto.ranker.v1.ListItemsResponse;
import dev.proffer.runtime.grpc.Pages;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the names of the live catalogue: asks for its version now and then and reads it anew when
/// it has changed. While the catalogue cannot be read, the last names stay.
public final class CatalogueWatcher implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CatalogueWatcher.class);

  /// Beyond this many items the rest is found by search alone.
  private static final int MAX_ITEMS = 200_000;

  private static final int MAX_PROMOTIONS = 10_000;
  private static final long PAGE_DEADLINE_SECONDS = 10;

  private final CatalogueServiceGrpc.CatalogueServiceBlockingStub catalogue;
  private final PromotionServiceGrpc.PromotionServiceBlockingStub promotions;
  private final GazetteerSource source;
  private final Duration interval;
  private final Thread thread;
  private volatile Gazetteer names = Gazetteer.EMPTY;
  private volatile String trouble = "the catalogue was not read yet";

  public CatalogueWatcher(Channel ranker, GazetteerSource source, Duration interval) {
    this.catalogue = CatalogueServiceGrpc.newBlockingStub(ranker);
    this.promotions = PromotionServiceGrpc.newBlockingStub(ranker);
    this.source = source;
    this.interval = interval;
    this.thread = Thread.ofVirtual().name("chatbot-catalogue").unstarted(this::watch);
  }

  public void start() {
    thread.start();
  }

  /// The names as of the last reading; empty before the first.
  public Gazetteer names() {
    return names;
  }

  /// Why the names are not those of now; empty when they are.
  public String trouble() {
    return trouble;
  }

  private void watch() {
    long pauseMillis = 0;
    while (!Thread.currentThread().isInterrupted()) {
      long start = System.nanoTime();
      try {
        Thread.sleep(pauseMillis);
        start = System.nanoTime();
        refresh();
        trouble = "";
        // Reading a large catalogue that changes all the time must not become the main work.
        long tookMillis = (System.nanoTime() - start) / 1_000_000;
        pauseMillis = Math.max(interval.toMillis(), 20 * tookMillis);
      } catch (StatusRuntimeException e) {
        trouble = "the catalogue could not be read: " + e.getStatus().getCode();
        pauseMillis = Math.min(interval.toMillis(), 2_000);
      } catch (InterruptedException _) {
        return;
      } catch (RuntimeException e) {
        log.error("the catalogue could not be read", e);
        trouble = "the catalogue could not be read: " + e;
        pauseMillis = interval.toMillis();
      }
    }
  }

  /// Reads the catalogue when its version is not the one that is known.
  public void refresh() {
    long version = page("", 1).getCatalogueVersion();
    Gazetteer known = names;
    if (known != Gazetteer.EMPTY && known.catalogueVersion() == version) {
      return;
    }
    List<GazetteerSource.NamedItem> items = new ArrayList<>();
    for (Item item :
        new Pages<>(
            token -> page(token, 2_000),
            ListItemsResponse::getItemsList,
            ListItemsResponse::getNextPageToken)) {
      items.add(
          new GazetteerSource.NamedItem(
              item.getItemId(),
              item.getTitlesMap(),
              item.getCategory(),
              item.getBrand(),
              item.getCurrency()));
      if (items.size() == MAX_ITEMS) {
        break;
      }
    }
    names = source.build(items, promotions(), version);
    log.info("{} names of {} items are known", names.size(), items.size());
  }

  private List<GazetteerSource.NamedPromotion> promotions() {
    List<GazetteerSource.NamedPromotion> found = new ArrayList<>();
    for (Promotion promotion :
        new Pages<>(
            token ->
                promotions
                    .withDeadlineAfter(PAGE_DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .listPromotions(
                        ListPromotionsRequest.newBuilder()
                            .setPageSize(500)
                            .setPageToken(token)
                            .build()),
            ListPromotionsResponse::getPromotionsList,
            ListPromotionsResponse::getNextPageToken)) {
      found.add(
          new GazetteerSource.NamedPromotion(
              promotion.getPromotionId(), promotion.getNamesMap(), promotion.getCode()));
      if (found.size() == MAX_PROMOTIONS) {
        break;
      }
    }
    return found;
  }

  private ListItemsResponse page(String token, int size) {
    return catalogue
        .withDeadlineAfter(PAGE_DEADLINE_SECONDS, TimeUnit.SECONDS)
        .listItems(ListItemsRequest.newBuilder().setPageSize(size).setPageToken(token).build());
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
