// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.runtime.degraded.Degradation;
import dev.proffer.runtime.grpc.Caller;
import dev.proffer.runtime.sql.Database;
import io.grpc.BindableService;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The promotion side of the ranker: the current snapshot, and the services over it.
///
/// A write is in the database and in the snapshot when it returns. Changes that another server
/// makes to the same database are taken over within [#REFRESH_SECONDS].
public final class Promotions implements AutoCloseable {
  static final long REFRESH_SECONDS = 2;

  private static final Logger log = LoggerFactory.getLogger(Promotions.class);

  private final PromotionStore store;
  private final ItemLookup items;
  private final PersonDirectory people;
  private final LaneRules lanes;
  private final Clock clock;
  private final Redemptions redemptions;
  private final CouponLookup coupons;
  private final Carts carts;
  private final OfferBoard offers;
  // Writers take turns, so that snapshots are published in the order of their versions.
  private final ReentrantLock writing = new ReentrantLock();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread refresher;
  private volatile PromotionSnapshot snapshot;
  private volatile Grants grants = Grants.NONE;
  private volatile OfferChoice choice = (_, promotionIds) -> promotionIds.getFirst();

  public Promotions(
      Database database,
      ItemLookup items,
      PersonDirectory people,
      LaneRules lanes,
      Clock clock,
      MeterRegistry meters) {
    this(database, items, people, lanes, clock, meters, Redemptions.NONE, CouponLookup.NONE);
  }

  /// @param redemptions what the ledger knows
  /// @param coupons what coupons of batches unlock
  public Promotions(
      Database database,
      ItemLookup items,
      PersonDirectory people,
      LaneRules lanes,
      Clock clock,
      MeterRegistry meters,
      Redemptions redemptions,
      CouponLookup coupons) {
    database.migrate("promotion");
    this.store = new PromotionStore(database);
    this.items = items;
    this.people = people;
    this.lanes = lanes;
    this.clock = clock;
    this.redemptions = redemptions;
    this.coupons = coupons;
    this.carts = new Carts(this);
    this.offers = new OfferBoard(items);
    snapshot = compile();
    Gauge.builder("proffer.promotions", this, promotions -> promotions.snapshot.size())
        .description("Promotions in the current snapshot")
        .register(meters);
    refresher = Thread.ofVirtual().name("promotion-refresh").start(this::refreshUntilClosed);
  }

  /// The gRPC services of promotions.
  public List<BindableService> services() {
    return List.of(new PromotionHandler(this, carts, offers));
  }

  /// All promotions at the current version. A request takes it once and keeps it to its end.
  public PromotionSnapshot snapshot() {
    return snapshot;
  }

  /// What redemptions have left, for the person.
  public Usage usage(String userId) {
    return redemptions.usage(userId, clock.millis());
  }

  /// Resolves and prices carts.
  public Carts carts() {
    return carts;
  }

  /// What coupons of batches unlock.
  CouponLookup coupons() {
    return coupons;
  }

  /// Whether a promotion was ever redeemed, so that it must be kept.
  boolean isRedeemed(String promotionId) {
    return redemptions.isRedeemed(promotionId);
  }

  /// Writes and removes promotions, all or none, and returns the snapshot that holds the change.
  PromotionSnapshot change(Collection<Promotion> written, Collection<String> removed) {
    writing.lock();
    try {
      if (store.change(written, removed, Caller.current(), clock.millis()) != snapshot.version()) {
        snapshot = compile();
      }
      return snapshot;
    } finally {
      writing.unlock();
    }
  }

  /// Lets this decide which promotion with a budget a person is offered.
  public void chooseWith(OfferChoice offerChoice) {
    choice = offerChoice;
  }

  /// Lets this decide what campaigns give to people.
  public void grantWith(Grants decidedBy) {
    grants = decidedBy;
  }

  /// The person with what running campaigns give.
  public PersonFacts withGiven(PersonFacts person, PromotionSnapshot at, Degradation degradation) {
    if (person.userId().isEmpty()) {
      return person;
    }
    Map<String, List<CompiledPromotion>> campaigns = at.campaigns(clock.millis());
    return campaigns.isEmpty()
        ? person
        : person.withGiven(grants.of(person.userId(), campaigns, degradation));
  }

  OfferChoice choice() {
    return choice;
  }

  /// Entries of the audit trail, newest first; see [PromotionStore#changes].
  List<PromotionStore.Change> changes(String promotionId, long version, String idAfter, int count) {
    return store.changes(promotionId, version, idAfter, count);
  }

  ItemLookup items() {
    return items;
  }

  PersonDirectory people() {
    return people;
  }

  LaneRules lanes() {
    return lanes;
  }

  Clock clock() {
    return clock;
  }

  private PromotionSnapshot compile() {
    PromotionStore.Contents contents = store.load();
    return new PromotionSnapshot(contents.version(), contents.promotions(), items);
  }

  private void refreshUntilClosed() {
    try {
      while (!closed.await(REFRESH_SECONDS, TimeUnit.SECONDS)) {
        refresh();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void refresh() {
    try {
      if (store.version() == snapshot.version()) {
        return;
      }
      writing.lock();
      try {
        snapshot = compile();
      } finally {
        writing.unlock();
      }
    } catch (RuntimeException e) {
      log.warn("promotions could not be refreshed; version {} stays", snapshot.version(), e);
    }
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      refresher.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
