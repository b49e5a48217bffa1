// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot;

import dev.proffer.chatbot.intent.IntentClassifier;
import dev.proffer.chatbot.intent.Intents;
import dev.proffer.chatbot.skill.SkillBook;
import dev.proffer.proto.chatbot.v1.ChatRequest;
import dev.proffer.proto.chatbot.v1.ChatResponse;
import dev.proffer.proto.chatbot.v1.ChatServiceGrpc;
import dev.proffer.proto.chatbot.v1.HandOffServiceGrpc;
import dev.proffer.proto.chatbot.v1.KnowledgeServiceGrpc;
import dev.proffer.proto.chatbot.v1.LanguageServiceGrpc;
import dev.proffer.proto.promotion.v1.Cart;
import dev.proffer.runtime.failure.Failures;
import dev.proffer.runtime.service.RunningService;
import dev.proffer.runtime.service.ServiceContext;
import dev.proffer.runtime.settings.Settings;
import io.grpc.Channel;
import io.grpc.ForwardingServerCallListener;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;

/// The chatbot as the host runs it, over an in-process channel, beside a [FakeShopServer].
public final class RunningChatbot implements AutoCloseable {
  private final FakeShopServer shop;
  private final RunningService service;
  private final Server server;
  private final ManagedChannel channel;
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  /// Without models: the folder is empty.
  public static RunningChatbot plain(Path folder) throws Exception {
    return new RunningChatbot(
        folder, Map.of("chatbot.model-cache", folder.resolve("none").toString()));
  }

  public RunningChatbot(Path folder, Map<String, String> settings) throws Exception {
    shop = new FakeShopServer("shop-" + UUID.randomUUID());
    Map<String, String> all =
        new HashMap<>(
            Map.of(
                "chatbot.catalogue-interval",
                "200ms",
                "chatbot.ranker-deadline",
                "20s",
                "chatbot.conversations",
                "memory"));
    all.putAll(settings);
    ChatbotModule module = new ChatbotModule((_, _) -> Intents.of(Trained.CLASSIFIER));
    service =
        module.start(
            new ServiceContext(
                Settings.of(module.settings(), all),
                folder,
                _ -> shop.channel(),
                meters,
                Clock.fixed(Instant.ofEpochMilli(FakeShopServer.NOW), ZoneOffset.UTC)));
    String name = "chatbot-" + UUID.randomUUID();
    InProcessServerBuilder builder =
        InProcessServerBuilder.forName(name)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .intercept(new ErrorMapping());
    service.services().forEach(builder::addService);
    server = builder.build().start();
    channel = InProcessChannelBuilder.forName(name).build();
    while (service.shortcomings().stream().anyMatch(s -> s.part().equals("catalogue"))) {
      Thread.sleep(10);
    }
  }

  public FakeShopServer shop() {
    return shop;
  }

  public RunningService service() {
    return service;
  }

  public Channel channel() {
    return channel;
  }

  public ChatServiceGrpc.ChatServiceBlockingStub chat() {
    return ChatServiceGrpc.newBlockingStub(channel);
  }

  public LanguageServiceGrpc.LanguageServiceBlockingStub language() {
    return LanguageServiceGrpc.newBlockingStub(channel);
  }

  public HandOffServiceGrpc.HandOffServiceBlockingStub desk() {
    return HandOffServiceGrpc.newBlockingStub(channel);
  }

  public KnowledgeServiceGrpc.KnowledgeServiceBlockingStub knowledge() {
    return KnowledgeServiceGrpc.newBlockingStub(channel);
  }

  /// A conversation of a new shopper.
  public Talk talk() {
    return new Talk();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
    service.close();
    shop.close();
  }

  /// One conversation.
  public final class Talk {
    private final String user = "u-" + UUID.randomUUID();
    private String conversation = "";
    private Cart cart = Cart.getDefaultInstance();

    public Talk withCart(Cart cart) {
      this.cart = cart;
      return this;
    }

    public ChatResponse say(String text) {
      ChatResponse reply =
          chat()
              .chat(
                  ChatRequest.newBuilder()
                      .setConversationId(conversation)
                      .setUserId(user)
                      .setText(text)
                      .setCart(cart)
                      .build());
      conversation = reply.getConversationId();
      return reply;
    }

    public String conversation() {
      return conversation;
    }

    public String user() {
      return user;
    }
  }

  /// Trained once for all tests: training takes as long as all else at a start.
  private static final class Trained {
    static final IntentClassifier CLASSIFIER =
        IntentClassifier.train(SkillBook.load(Optional.empty()).phrases());
  }

  /// What the host does with what a handler throws.
  private static final class ErrorMapping implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      return new ForwardingServerCallListener.SimpleForwardingServerCallListener<>(
          next.startCall(call, headers)) {
        @Override
        public void onHalfClose() {
          try {
            super.onHalfClose();
          } catch (RuntimeException e) {
            StatusRuntimeException status = Failures.toStatus(e, "test");
            call.close(
                status.getStatus(),
                status.getTrailers() == null ? new Metadata() : status.getTrailers());
          }
        }
      };
    }
  }
}
