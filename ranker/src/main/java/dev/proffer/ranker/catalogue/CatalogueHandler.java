// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.catalogue;

import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.proto.ranker.v1.CatalogueServiceGrpc;
import dev.proffer.proto.ranker.v1.DeleteItemsRequest;
import dev.proffer.proto.ranker.v1.DeleteItemsResponse;
import dev.proffer.proto.ranker.v1.GetItemRequest;
import dev.proffer.proto.ranker.v1.GetItemResponse;
import dev.proffer.proto.ranker.v1.ListItemsRequest;
import dev.proffer.proto.ranker.v1.ListItemsResponse;
import dev.proffer.proto.ranker.v1.UpdateStockRequest;
import dev.proffer.proto.ranker.v1.UpdateStockResponse;
import dev.proffer.proto.ranker.v1.UpsertItemsRequest;
import dev.proffer.proto.ranker.v1.UpsertItemsResponse;
import dev.proffer.proto.ranker.v1.UpsertMembersRequest;
import dev.proffer.proto.ranker.v1.UpsertMembersResponse;
import dev.proffer.runtime.failure.ProfferException;
import io.grpc.stub.StreamObserver;
import java.util.List;

/// `CatalogueService` over a [Catalogue].
public final class CatalogueHandler extends CatalogueServiceGrpc.CatalogueServiceImplBase {
  private static final int PAGE_DEFAULT = 1_000;
  // Well below the 4 MiB that clients accept by default; the next token continues.
  private static final int PAGE_BYTES_MAX = 3 << 20;

  private final Catalogue catalogue;

  public CatalogueHandler(Catalogue catalogue) {
    this.catalogue = catalogue;
  }

  @Override
  public void upsertItems(
      UpsertItemsRequest request, StreamObserver<UpsertItemsResponse> observer) {
    long version = catalogue.upsert(request.getItemsList());
    observer.onNext(UpsertItemsResponse.newBuilder().setCatalogueVersion(version).build());
    observer.onCompleted();
  }

  @Override
  public void getItem(GetItemRequest request, StreamObserver<GetItemResponse> observer) {
    CatalogueItem item = catalogue.snapshot().find(request.getItemId());
    if (item == null) {
      throw ProfferException.notFound(
          ErrorReason.ERROR_REASON_UNKNOWN_ITEM, "item_id", request.getItemId());
    }
    observer.onNext(GetItemResponse.newBuilder().setItem(item.item()).build());
    observer.onCompleted();
  }

  @Override
  public void listItems(ListItemsRequest request, StreamObserver<ListItemsResponse> observer) {
    CatalogueSnapshot snapshot = catalogue.snapshot();
    List<CatalogueItem> items = snapshot.sortedById();
    int size = request.getPageSize() == 0 ? PAGE_DEFAULT : request.getPageSize();
    ListItemsResponse.Builder page =
        ListItemsResponse.newBuilder().setCatalogueVersion(snapshot.version());
    int i = firstAfter(items, request.getPageToken());
    long bytes = 0;
    while (i < items.size() && page.getItemsCount() < size) {
      bytes += items.get(i).item().getSerializedSize();
      if (bytes > PAGE_BYTES_MAX && page.getItemsCount() > 0) {
        break;
      }
      page.addItems(items.get(i++).item());
    }
    if (i < items.size() && i > 0) {
      page.setNextPageToken(items.get(i - 1).id());
    }
    observer.onNext(page.build());
    observer.onCompleted();
  }

  @Override
  public void updateStock(
      UpdateStockRequest request, StreamObserver<UpdateStockResponse> observer) {
    long version = catalogue.updateStock(request.getLevelsList());
    observer.onNext(UpdateStockResponse.newBuilder().setCatalogueVersion(version).build());
    observer.onCompleted();
  }

  @Override
  public void deleteItems(
      DeleteItemsRequest request, StreamObserver<DeleteItemsResponse> observer) {
    int deleted = catalogue.delete(request.getItemIdsList());
    observer.onNext(
        DeleteItemsResponse.newBuilder()
            .setDeleted(deleted)
            .setCatalogueVersion(catalogue.snapshot().version())
            .build());
    observer.onCompleted();
  }

  @Override
  public void upsertMembers(
      UpsertMembersRequest request, StreamObserver<UpsertMembersResponse> observer) {
    catalogue.upsertMembers(request.getMembersList());
    observer.onNext(
        UpsertMembersResponse.newBuilder().setWritten(request.getMembersCount()).build());
    observer.onCompleted();
  }

  /// The page token is the last id of the page before, so a list goes on where it was even when
  /// items came or went meanwhile.
  private static int firstAfter(List<CatalogueItem> items, String token) {
    int low = 0;
    int high = items.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (items.get(middle).id().compareTo(token) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
