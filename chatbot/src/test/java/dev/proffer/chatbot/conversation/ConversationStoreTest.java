// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.proto.chatbot.v1.ChatResponse;
import dev.proffer.proto.chatbot.v1.Speaker;
import dev.proffer.proto.chatbot.v1.Turn;
import dev.proffer.runtime.redis.EmbeddedRedis;
import dev.proffer.runtime.redis.RedisLink;
import dev.proffer.runtime.redis.RedisLinkOptions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What every store of conversations does, on a real Redis and in memory.
class ConversationStoreTest {
  private static EmbeddedRedis server;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    server = EmbeddedRedis.start(folder);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static InMemoryConversationStore memory() {
    return new InMemoryConversationStore(Duration.ofMinutes(1), 100, Clock.systemUTC());
  }

  private static RedisConversationStore redis(Duration timeToLive) {
    return new RedisConversationStore(
        RedisLink.open(
            new RedisLinkOptions(
                server.uri(), Duration.ofSeconds(5), Duration.ofSeconds(5), 1, 1000),
            "conversations",
            new SimpleMeterRegistry()),
        memory(),
        timeToLive);
  }

  static Stream<ConversationStore> stores() {
    return Stream.of(memory(), redis(Duration.ofMinutes(1)));
  }

  private static Conversation conversation(String user, long version) {
    return new Conversation(
        "c-" + UUID.randomUUID(),
        user,
        2,
        version,
        new Memory(
            "zh",
            "deals_for_me",
            new Slots(
                List.of("kitchen/knives"),
                List.of("Nike"),
                List.of(),
                List.of("shoes"),
                0,
                20_000,
                "sharp",
                List.of("colour=red"),
                7,
                true),
            List.of(new Memory.ShownItem("k1", 5_900, "p1")),
            List.of(new Memory.ShownPromotion("p1", "刀具周")),
            List.of("k1"),
            new Memory.Pending("human", "confirm"),
            1,
            2,
            0.5,
            List.of("p1"),
            42),
        List.of(Turn.newBuilder().setSequence(1).setSpeaker(Speaker.SPEAKER_SHOPPER).build()),
        List.of(ChatResponse.newBuilder().setTurnId("t1").setText("你好").build()));
  }

  private static Conversation next(Conversation before) {
    return new Conversation(
        before.id(),
        before.userId(),
        before.sequence() + 2,
        before.version() + 1,
        before.memory(),
        before.turns(),
        before.answers());
  }

  @ParameterizedTest
  @MethodSource("stores")
  void givesBackWhatItKeeps(ConversationStore store) {
    Conversation conversation = conversation("u1", 1);
    assertThat(store.save(conversation)).isTrue();

    assertThat(store.load(conversation.id())).hasValue(conversation);
    assertThat(store.load("c-unknown")).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("stores")
  void refusesToOverwriteANewerVersion(ConversationStore store) {
    Conversation conversation = conversation("u1", 9);
    store.save(conversation);

    assertThat(store.save(next(conversation))).isTrue();
    assertThat(store.save(next(conversation))).isFalse();
    assertThat(store.save(conversation)).isFalse();
  }

  @ParameterizedTest
  @MethodSource("stores")
  void erasesAllOfAPersonAndNothingElse(ConversationStore store) {
    String person = "u-" + UUID.randomUUID();
    Conversation one = conversation(person, 1);
    Conversation two = conversation(person, 1);
    Conversation other = conversation("other", 1);
    Stream.of(one, two, other).forEach(store::save);

    assertThat(store.erase(person)).isEqualTo(2);
    assertThat(store.load(one.id())).isEmpty();
    assertThat(store.load(other.id())).isPresent();
  }

  @Test
  void sharesConversationsBetweenServers() {
    try (RedisConversationStore one = redis(Duration.ofMinutes(1));
        RedisConversationStore other = redis(Duration.ofMinutes(1))) {
      Conversation conversation = conversation("u1", 1);
      one.save(conversation);

      assertThat(other.load(conversation.id())).hasValue(conversation);
      assertThat(other.save(next(conversation))).isTrue();
      assertThat(one.load(conversation.id()).orElseThrow().version()).isEqualTo(2);
      assertThat(one.save(next(conversation))).isFalse();
      other.erase("u1");
      assertThat(one.load(conversation.id())).isEmpty();
    }
  }

  @Test
  void forgetsAfterTheTimeToLive() throws Exception {
    try (RedisConversationStore store = redis(Duration.ofMillis(150))) {
      Conversation conversation = conversation("u1", 1);
      store.save(conversation);
      while (store.load(conversation.id()).isPresent()) {
        Thread.sleep(20);
      }
    }
  }

  @Test
  void goesOnInThisProcessWhileRedisIsAway(@TempDir Path folder) throws Exception {
    EmbeddedRedis away = EmbeddedRedis.start(folder);
    try (RedisConversationStore store =
        new RedisConversationStore(
            RedisLink.open(
                new RedisLinkOptions(
                    away.uri(), Duration.ofMillis(200), Duration.ofSeconds(2), 1, 1000),
                "conversations",
                new SimpleMeterRegistry()),
            memory(),
            Duration.ofMinutes(1))) {
      Conversation conversation = conversation("u1", 1);
      store.save(conversation);
      away.close();

      assertThat(store.load(conversation.id())).hasValue(conversation);
      assertThat(store.save(next(conversation))).isTrue();
      assertThat(store.load(conversation.id()).orElseThrow().version()).isEqualTo(2);
      assertThat(store.trouble()).isNotEmpty();
    }
  }
}
