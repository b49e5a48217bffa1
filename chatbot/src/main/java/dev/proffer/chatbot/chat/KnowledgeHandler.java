// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.chat;

import dev.proffer.chatbot.knowledge.Knowledge;
import dev.proffer.proto.chatbot.v1.DeleteEntriesRequest;
import dev.proffer.proto.chatbot.v1.DeleteEntriesResponse;
import dev.proffer.proto.chatbot.v1.FoundEntry;
import dev.proffer.proto.chatbot.v1.KnowledgeServiceGrpc;
import dev.proffer.proto.chatbot.v1.ListEntriesRequest;
import dev.proffer.proto.chatbot.v1.ListEntriesResponse;
import dev.proffer.proto.chatbot.v1.ListedEntry;
import dev.proffer.proto.chatbot.v1.SearchEntriesRequest;
import dev.proffer.proto.chatbot.v1.SearchEntriesResponse;
import dev.proffer.proto.chatbot.v1.WriteEntriesRequest;
import dev.proffer.proto.chatbot.v1.WriteEntriesResponse;
import io.grpc.stub.StreamObserver;
import java.util.List;

/// The shop's knowledge over gRPC.
public final class KnowledgeHandler extends KnowledgeServiceGrpc.KnowledgeServiceImplBase {
  private static final int PAGE_DEFAULT = 100;
  private static final int FOUND_DEFAULT = 5;

  private final Knowledge knowledge;

  public KnowledgeHandler(Knowledge knowledge) {
    this.knowledge = knowledge;
  }

  @Override
  public void writeEntries(
      WriteEntriesRequest request, StreamObserver<WriteEntriesResponse> observer) {
    int written = knowledge.write(request.getEntriesList());
    observer.onNext(
        WriteEntriesResponse.newBuilder()
            .setWritten(written)
            .setUnchanged(request.getEntriesCount() - written)
            .build());
    observer.onCompleted();
  }

  @Override
  public void listEntries(
      ListEntriesRequest request, StreamObserver<ListEntriesResponse> observer) {
    int size = request.getPageSize() == 0 ? PAGE_DEFAULT : request.getPageSize();
    List<ListedEntry> page =
        knowledge.listed().stream()
            .filter(entry -> !request.getFlaggedOnly() || entry.getFlagsCount() > 0)
            .filter(entry -> entry.getEntry().getEntryId().compareTo(request.getPageToken()) > 0)
            .limit(size + 1L)
            .toList();
    ListEntriesResponse.Builder reply = ListEntriesResponse.newBuilder();
    reply.addAllEntries(page.subList(0, Math.min(size, page.size())));
    if (page.size() > size) {
      reply.setNextPageToken(page.get(size - 1).getEntry().getEntryId());
    }
    observer.onNext(reply.build());
    observer.onCompleted();
  }

  @Override
  public void deleteEntries(
      DeleteEntriesRequest request, StreamObserver<DeleteEntriesResponse> observer) {
    observer.onNext(
        DeleteEntriesResponse.newBuilder()
            .setDeleted(knowledge.delete(request.getEntryIdsList()))
            .build());
    observer.onCompleted();
  }

  @Override
  public void searchEntries(
      SearchEntriesRequest request, StreamObserver<SearchEntriesResponse> observer) {
    SearchEntriesResponse.Builder reply = SearchEntriesResponse.newBuilder();
    for (Knowledge.Hit hit :
        knowledge.search(
            request.getText(), request.getLimit() == 0 ? FOUND_DEFAULT : request.getLimit())) {
      reply.addEntries(
          FoundEntry.newBuilder()
              .setEntry(hit.entry())
              .setConfidence(hit.confidence())
              .setQuoted(hit.quoted()));
    }
    observer.onNext(reply.build());
    observer.onCompleted();
  }
}
