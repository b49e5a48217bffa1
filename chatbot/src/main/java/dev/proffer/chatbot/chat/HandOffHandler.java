// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.chat;

import dev.proffer.proto.chatbot.v1.ClaimHandOffRequest;
import dev.proffer.proto.chatbot.v1.ClaimHandOffResponse;
import dev.proffer.proto.chatbot.v1.CloseHandOffRequest;
import dev.proffer.proto.chatbot.v1.CloseHandOffResponse;
import dev.proffer.proto.chatbot.v1.HandOffServiceGrpc;
import dev.proffer.proto.chatbot.v1.ListHandOffsRequest;
import dev.proffer.proto.chatbot.v1.ListHandOffsResponse;
import dev.proffer.proto.chatbot.v1.ReturnToBotRequest;
import dev.proffer.proto.chatbot.v1.ReturnToBotResponse;
import dev.proffer.proto.chatbot.v1.SendAgentMessageRequest;
import dev.proffer.proto.chatbot.v1.SendAgentMessageResponse;
import dev.proffer.proto.chatbot.v1.SuggestRepliesRequest;
import dev.proffer.proto.chatbot.v1.SuggestRepliesResponse;
import dev.proffer.runtime.failure.ProfferException;
import io.grpc.stub.StreamObserver;

/// The desk of the humans of the shop over gRPC.
public final class HandOffHandler extends HandOffServiceGrpc.HandOffServiceImplBase {
  @Override
  public void listHandOffs(
      ListHandOffsRequest request, StreamObserver<ListHandOffsResponse> observer) {
    throw missing("ListHandOffs");
  }

  @Override
  public void claimHandOff(
      ClaimHandOffRequest request, StreamObserver<ClaimHandOffResponse> observer) {
    throw missing("ClaimHandOff");
  }

  @Override
  public void sendAgentMessage(
      SendAgentMessageRequest request, StreamObserver<SendAgentMessageResponse> observer) {
    throw missing("SendAgentMessage");
  }

  @Override
  public void suggestReplies(
      SuggestRepliesRequest request, StreamObserver<SuggestRepliesResponse> observer) {
    throw missing("SuggestReplies");
  }

  @Override
  public void returnToBot(
      ReturnToBotRequest request, StreamObserver<ReturnToBotResponse> observer) {
    throw missing("ReturnToBot");
  }

  @Override
  public void closeHandOff(
      CloseHandOffRequest request, StreamObserver<CloseHandOffResponse> observer) {
    throw missing("CloseHandOff");
  }

  private static ProfferException missing(String method) {
    return ProfferException.notImplemented(
        "proffer.chatbot.v1.HandOffService/" + method, "there is no desk of humans yet");
  }
}
