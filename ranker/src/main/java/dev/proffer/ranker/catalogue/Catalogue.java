// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.catalogue;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.proto.ranker.v1.Member;
import dev.proffer.proto.ranker.v1.StockLevel;
import dev.proffer.runtime.failure.ProfferException;
import dev.proffer.runtime.sql.Database;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Items and members. A write is on disk, and in the snapshot of every later request, when it
/// returns.
public final class Catalogue {
  private static final int MEMBERS_CACHED_MAX = 200_000;

  private final CatalogueStore store;
  private final ItemNumbers numbers;
  // Writers queue here, so that snapshots are published in the order of their versions.
  private final ReentrantLock writing = new ReentrantLock();
  // Another replica may write the same member: the cache is short-lived.
  private final Cache<String, Optional<Member>> members =
      Caffeine.newBuilder()
          .maximumSize(MEMBERS_CACHED_MAX)
          .expireAfterWrite(Duration.ofSeconds(30))
          .build();
  private volatile CatalogueSnapshot snapshot;

  public Catalogue(Database database, ItemNumbers numbers) {
    this.store = new CatalogueStore(database);
    this.numbers = numbers;
    this.snapshot = CatalogueSnapshot.empty(numbers);
    refresh();
  }

  public CatalogueSnapshot snapshot() {
    return snapshot;
  }

  /// Takes over what other replicas have written. Cheap when there is nothing.
  public void refresh() {
    writing.lock();
    try {
      CatalogueStore.Changes changes = store.changesSince(snapshot.version());
      if (changes.version() > snapshot.version()) {
        apply(changes);
      }
    } finally {
      writing.unlock();
    }
  }

  /// Creates or replaces items and returns the version that holds them.
  public long upsert(List<Item> items) {
    writing.lock();
    try {
      checkItems(items);
      long version = store.upsert(items);
      publish(
          version, items.stream().map(i -> new CatalogueStore.Change(i.getItemId(), i)).toList());
      return version;
    } finally {
      writing.unlock();
    }
  }

  public long updateStock(List<StockLevel> levels) {
    writing.lock();
    try {
      Map<String, Long> byId = new LinkedHashMap<>();
      Map<String, CatalogueStore.Change> changes = new LinkedHashMap<>();
      for (StockLevel level : levels) {
        CatalogueItem item = snapshot.find(level.getItemId());
        if (item == null) {
          throw ProfferException.notFound(
              ErrorReason.ERROR_REASON_UNKNOWN_ITEM, "item_id", level.getItemId());
        }
        byId.put(level.getItemId(), level.getStock());
        changes.put(
            level.getItemId(),
            new CatalogueStore.Change(
                level.getItemId(), item.item().toBuilder().setStock(level.getStock()).build()));
      }
      long version = store.updateStock(byId);
      publish(version, List.copyOf(changes.values()));
      return version;
    } finally {
      writing.unlock();
    }
  }

  /// Removes items; ids that are not there are skipped. Returns how many were there.
  public int delete(List<String> itemIds) {
    writing.lock();
    try {
      Set<String> present = new HashSet<>();
      for (String itemId : itemIds) {
        if (snapshot.find(itemId) != null) {
          present.add(itemId);
        }
      }
      if (!present.isEmpty()) {
        long version = store.delete(present);
        publish(version, present.stream().map(id -> new CatalogueStore.Change(id, null)).toList());
      }
      return present.size();
    } finally {
      writing.unlock();
    }
  }

  public void upsertMembers(List<Member> list) {
    // The last one of a person wins, as if they had been sent one after the other.
    Map<String, Member> byId = new HashMap<>();
    for (Member member : list) {
      byId.put(member.getUserId(), member);
    }
    store.upsertMembers(byId.values());
    byId.forEach((id, member) -> members.put(id, Optional.of(member)));
  }

  /// What the shop said about a person, or null when it said nothing.
  public @Nullable Member member(String userId) {
    if (userId.isEmpty()) {
      return null;
    }
    return members.get(userId, id -> Optional.ofNullable(store.member(id))).orElse(null);
  }

  private void publish(long version, List<CatalogueStore.Change> own) {
    if (version == snapshot.version() + 1) {
      apply(new CatalogueStore.Changes(version, own));
    } else {
      // Another replica wrote in between.
      apply(store.changesSince(snapshot.version()));
    }
  }

  private void apply(CatalogueStore.Changes changes) {
    CatalogueSnapshot old = snapshot;
    for (CatalogueStore.Change change : changes.changes()) {
      numbers.intern(change.itemId());
    }
    @Nullable CatalogueItem[] items = new CatalogueItem[numbers.size()];
    for (int i = 0; i < old.capacity(); i++) {
      items[i] = old.item(i);
    }
    for (CatalogueStore.Change change : changes.changes()) {
      int number = numbers.intern(change.itemId());
      Item item = change.item();
      items[number] = item == null ? null : new CatalogueItem(number, item);
    }
    snapshot =
        new CatalogueSnapshot(changes.version(), numbers, Arrays.copyOf(items, items.length));
  }

  private void checkItems(List<Item> items) {
    Map<String, Integer> seen = new HashMap<>();
    for (int i = 0; i < items.size(); i++) {
      Integer before = seen.putIfAbsent(items.get(i).getItemId(), i);
      if (before != null) {
        throw ProfferException.invalidField(
            "items[" + i + "].item_id", "must differ from items[" + before + "].item_id");
      }
    }
    int length = 0;
    if (snapshot.vectorLength() > 0) {
      // Only items that stay can bind the others to their length.
      for (CatalogueItem item : snapshot.sortedById()) {
        if (item.item().getVectorCount() > 0 && !seen.containsKey(item.id())) {
          length = item.item().getVectorCount();
          break;
        }
      }
    }
    for (int i = 0; i < items.size(); i++) {
      int own = items.get(i).getVectorCount();
      if (own == 0) {
        continue;
      }
      if (length != 0 && own != length) {
        throw ProfferException.invalidField(
            "items[" + i + "].vector",
            "must have " + length + " elements like those of the other items");
      }
      length = own;
      double norm = 0;
      for (float x : items.get(i).getVectorList()) {
        norm += (double) x * x;
      }
      if (norm == 0) {
        throw ProfferException.invalidField(
            "items[" + i + "].vector", "must not be all zeros; leave it out instead");
      }
    }
  }
}
