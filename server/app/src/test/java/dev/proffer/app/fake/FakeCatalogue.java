// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.fake;

import com.google.protobuf.Message;
import dev.proffer.proto.ranker.v1.CatalogueServiceGrpc.CatalogueServiceImplBase;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.proto.ranker.v1.Member;
import dev.proffer.proto.ranker.v1.UpsertItemsRequest;
import dev.proffer.proto.ranker.v1.UpsertItemsResponse;
import dev.proffer.proto.ranker.v1.UpsertMembersRequest;
import dev.proffer.proto.ranker.v1.UpsertMembersResponse;
import dev.proffer.runtime.failure.ProfferException.FieldViolation;
import dev.proffer.runtime.grpc.RequestValidator;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A catalogue in memory that takes a batch as a whole or not at all.
public final class FakeCatalogue extends CatalogueServiceImplBase {
  private final Map<String, Item> items = new TreeMap<>();
  private final Map<String, Member> members = new TreeMap<>();
  private long version;

  public synchronized Map<String, Item> items() {
    return Map.copyOf(items);
  }

  public synchronized Map<String, Member> members() {
    return Map.copyOf(members);
  }

  @Override
  public synchronized void upsertItems(
      UpsertItemsRequest request, StreamObserver<UpsertItemsResponse> observer) {
    if (refused(request, observer)) {
      return;
    }
    request.getItemsList().forEach(item -> items.put(item.getItemId(), item));
    observer.onNext(UpsertItemsResponse.newBuilder().setCatalogueVersion(++version).build());
    observer.onCompleted();
  }

  @Override
  public synchronized void upsertMembers(
      UpsertMembersRequest request, StreamObserver<UpsertMembersResponse> observer) {
    if (refused(request, observer)) {
      return;
    }
    request.getMembersList().forEach(member -> members.put(member.getUserId(), member));
    observer.onNext(
        UpsertMembersResponse.newBuilder().setWritten(request.getMembersCount()).build());
    observer.onCompleted();
  }

  static boolean refused(Message request, StreamObserver<?> observer) {
    List<FieldViolation> violations = RequestValidator.violations(request);
    if (violations.isEmpty()) {
      return false;
    }
    observer.onError(
        Status.INVALID_ARGUMENT
            .withDescription(violations.getFirst().toString())
            .asRuntimeException());
    return true;
  }
}
