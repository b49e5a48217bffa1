// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.importing;

import com.google.protobuf.MessageLite;
import dev.proffer.app.progress.Progress;
import dev.proffer.proto.ranker.v1.CatalogueServiceGrpc.CatalogueServiceBlockingStub;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.proto.ranker.v1.Member;
import dev.proffer.proto.ranker.v1.UpsertItemsRequest;
import dev.proffer.proto.ranker.v1.UpsertMembersRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// Writes items and members in batches. Writing again replaces, so an interrupted load can start
/// over.
public final class CatalogueSender {
  private static final int BATCH_ITEMS_MAX = 2_000;
  private static final int BATCH_MEMBERS_MAX = 5_000;
  private static final int BATCH_BYTES_MAX = 2 << 20;
  private static final int REASONS_MAX = 50;

  private final CatalogueServiceBlockingStub catalogue;
  private final Retry retry;
  private final SortedMap<String, Long> rejections = new TreeMap<>();

  public CatalogueSender(CatalogueServiceBlockingStub catalogue, Retry retry) {
    this.catalogue = catalogue;
    this.retry = retry;
  }

  /// Writes items and returns how many the catalogue took; see [#rejections] for the others.
  public long sendItems(List<Item> items, Progress.Step step) {
    long written = 0;
    int start = 0;
    while (start < items.size()) {
      int end = batchEnd(items, start, BATCH_ITEMS_MAX);
      written += deliver(items.subList(start, end));
      step.advance(end - start);
      start = end;
    }
    return written;
  }

  /// Writes members and returns how many were written.
  public long sendMembers(List<Member> members, Progress.Step step) {
    long written = 0;
    int start = 0;
    while (start < members.size()) {
      int end = batchEnd(members, start, BATCH_MEMBERS_MAX);
      UpsertMembersRequest request =
          UpsertMembersRequest.newBuilder().addAllMembers(members.subList(start, end)).build();
      written +=
          retry.call("writing members", () -> deadlined().upsertMembers(request)).getWritten();
      step.advance(end - start);
      start = end;
    }
    return written;
  }

  /// The refused items by reason.
  public SortedMap<String, Long> rejections() {
    return rejections;
  }

  /// A batch is taken as a whole or not at all, so a refused one is halved until the item that is
  /// to blame stands alone.
  private long deliver(List<Item> items) {
    UpsertItemsRequest request = UpsertItemsRequest.newBuilder().addAllItems(items).build();
    try {
      retry.call("writing items", () -> deadlined().upsertItems(request));
      return items.size();
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.INVALID_ARGUMENT) {
        throw new ImportFailure(
            "the catalogue refused items: " + e.getStatus().getDescription(), e);
      }
      if (items.size() == 1) {
        String reason =
            rejections.size() < REASONS_MAX
                ? String.valueOf(e.getStatus().getDescription())
                : "other reasons";
        rejections.merge(reason, 1L, Long::sum);
        return 0;
      }
      return deliver(items.subList(0, items.size() / 2))
          + deliver(items.subList(items.size() / 2, items.size()));
    }
  }

  private CatalogueServiceBlockingStub deadlined() {
    return catalogue.withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  private static int batchEnd(List<? extends MessageLite> messages, int start, int countMax) {
    int bytes = 0;
    int end = start;
    while (end < messages.size() && end - start < countMax) {
      bytes += messages.get(end).getSerializedSize() + 4;
      if (bytes > BATCH_BYTES_MAX && end > start) {
        break;
      }
      end++;
    }
    return end;
  }
}
