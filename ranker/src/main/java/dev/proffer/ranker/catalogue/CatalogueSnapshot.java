// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.catalogue;

import dev.proffer.proto.ranker.v1.Item;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// All items at one version. Immutable: a request takes one snapshot and uses it to its end.
public final class CatalogueSnapshot {
  private final long version;
  private final ItemNumbers numbers;
  private final @Nullable CatalogueItem[] byNumber;
  private final int count;
  private final int vectorLength;
  private volatile CatalogueItem @Nullable [] sorted;

  CatalogueSnapshot(long version, ItemNumbers numbers, @Nullable CatalogueItem[] byNumber) {
    this.version = version;
    this.numbers = numbers;
    this.byNumber = byNumber;
    int present = 0;
    int length = 0;
    for (CatalogueItem item : byNumber) {
      if (item != null) {
        present++;
        length = Math.max(length, item.item().getVectorCount());
      }
    }
    this.count = present;
    this.vectorLength = length;
  }

  public static CatalogueSnapshot empty(ItemNumbers numbers) {
    return new CatalogueSnapshot(0, numbers, new CatalogueItem[0]);
  }

  /// A snapshot of items that do not come from a database, for training.
  public static CatalogueSnapshot of(ItemNumbers numbers, List<Item> items) {
    for (Item item : items) {
      numbers.intern(item.getItemId());
    }
    @Nullable CatalogueItem[] byNumber = new CatalogueItem[numbers.size()];
    for (Item item : items) {
      int number = numbers.find(item.getItemId());
      byNumber[number] = new CatalogueItem(number, item);
    }
    return new CatalogueSnapshot(0, numbers, byNumber);
  }

  public long version() {
    return version;
  }

  /// The number of items.
  public int count() {
    return count;
  }

  /// Every item number of this snapshot is below this.
  public int capacity() {
    return byNumber.length;
  }

  /// The length of the content vectors that items bring; 0 when none does.
  public int vectorLength() {
    return vectorLength;
  }

  public ItemNumbers numbers() {
    return numbers;
  }

  /// The item of a number, or null when the catalogue has none.
  public @Nullable CatalogueItem item(int number) {
    return number >= 0 && number < byNumber.length ? byNumber[number] : null;
  }

  public @Nullable CatalogueItem find(String itemId) {
    return item(numbers.find(itemId));
  }

  /// All items by id. Sorted when first asked for.
  public List<CatalogueItem> sortedById() {
    CatalogueItem[] list = sorted;
    if (list == null) {
      list =
          Arrays.stream(byNumber)
              .filter(Objects::nonNull)
              .sorted((a, b) -> a.id().compareTo(b.id()))
              .toArray(CatalogueItem[]::new);
      sorted = list;
    }
    return Arrays.asList(list);
  }
}
