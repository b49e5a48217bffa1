// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.conversation;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.proffer.proto.chatbot.v1.ChatResponse;
import dev.proffer.proto.chatbot.v1.Turn;
import dev.proffer.runtime.redis.RedisLink;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.lettuce.core.RedisException;
import io.lettuce.core.ScriptOutputType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Conversations in Redis, so that any server goes on with them and a restart forgets nothing.
///
/// A row is its version, twelve digits, and the packed conversation. A script writes it only over
/// an older version, so of two servers that answer one conversation at once the second notices.
/// What was stored here is kept in this process too, for a bounded number of conversations: while
/// Redis does not answer, conversations go on from there.
public final class RedisConversationStore implements ConversationStore, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RedisConversationStore.class);
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();
  private static final int VERSION_CHARS = 12;
  private static final int UNSAVED_MAX = 100_000;
  private static final int MAX_BYTES = 1 << 20;
  private static final String SAVE =
      "local old = redis.call('GETRANGE', KEYS[1], 0, 11) if old ~= '' and old >= ARGV[1] then"
          + " return 0 end redis.call('SET', KEYS[1], ARGV[1] .. ARGV[2], 'PX', ARGV[3]) return 1";

  private final RedisLink redis;
  private final ConversationStore local;
  private final Duration timeToLive;

  /// Conversations whose newest state Redis does not have.
  private final Cache<String, Boolean> unsaved;

  /// @param local what stands in while Redis does not answer
  public RedisConversationStore(RedisLink redis, ConversationStore local, Duration timeToLive) {
    this.redis = redis;
    this.local = local;
    this.timeToLive = timeToLive;
    this.unsaved =
        Caffeine.newBuilder().expireAfterWrite(timeToLive).maximumSize(UNSAVED_MAX).build();
  }

  @Override
  public Optional<Conversation> load(String id) {
    Optional<Conversation> here = local.load(id);
    try {
      byte[] row = redis.call(commands -> commands.get(key(id)));
      // What Redis had and has no more is over, or was erased by another server.
      boolean newerHere = unsaved.getIfPresent(id) != null;
      if (row == null) {
        return newerHere ? here : Optional.empty();
      }
      Conversation there = unpack(row);
      return here.filter(mine -> newerHere && mine.version() > there.version())
          .or(() -> Optional.of(there));
    } catch (RedisException | CallNotPermittedException e) {
      log.debug("conversation is read from this process", e);
      return here;
    } catch (IOException e) {
      log.warn("a conversation of another version cannot be read; it begins anew", e);
      return here;
    }
  }

  @Override
  public boolean save(Conversation conversation) {
    try {
      byte[] row = pack(conversation);
      if (row.length > MAX_BYTES) {
        throw new IllegalStateException("a conversation has " + row.length + " bytes");
      }
      long done =
          redis.call(commands ->
              commands.<Long>eval(
                  SAVE,
                  ScriptOutputType.INTEGER,
                  new byte[][] {key(conversation.id())},
                  version(conversation.version()),
                  row,
                  bytes(Long.toString(timeToLive.toMillis()))));
      if (done == 0) {
        return false;
      }
      unsaved.invalidate(conversation.id());
      if (!conversation.userId().isEmpty()) {
        byte[] index = index(conversation.userId());
        redis.call(commands -> commands.sadd(index, bytes(conversation.id())));
        redis.call(commands -> commands.pexpire(index, timeToLive.toMillis() * 2));
      }
    } catch (RedisException | CallNotPermittedException e) {
      log.debug("conversation is kept in this process", e);
      unsaved.put(conversation.id(), true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return local.save(conversation);
  }

  @Override
  public int erase(String userId) {
    int here = local.erase(userId);
    // What cannot be reached cannot be said to be erased, so this fails when Redis does.
    int there = 0;
    for (byte[] id : redis.call(commands -> commands.smembers(index(userId)))) {
      long removed = redis.call(commands -> commands.del(key(string(id))));
      there += (int) removed;
    }
    redis.call(commands -> commands.del(index(userId)));
    return Math.max(here, there);
  }

  @Override
  public String trouble() {
    return redis.shortcoming();
  }

  @Override
  public void close() {
    redis.close();
  }

  private static byte[] key(String id) {
    return bytes("c:" + id);
  }

  private static byte[] index(String userId) {
    return bytes("cu:" + userId);
  }

  private static byte[] version(long version) {
    return bytes(String.format(Locale.ROOT, "%0" + VERSION_CHARS + "d", version));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String string(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  static byte[] pack(Conversation conversation) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(bytes))) {
      out.writeUTF(conversation.id());
      out.writeUTF(conversation.userId());
      out.writeLong(conversation.sequence());
      out.writeLong(conversation.version());
      write(out, JSON.writeValueAsBytes(conversation.memory()));
      out.writeInt(conversation.turns().size());
      for (Turn turn : conversation.turns()) {
        write(out, turn.toByteArray());
      }
      out.writeInt(conversation.answers().size());
      for (ChatResponse answer : conversation.answers()) {
        write(out, answer.toByteArray());
      }
    }
    return bytes.toByteArray();
  }

  static Conversation unpack(byte[] row) throws IOException {
    try (DataInputStream in =
        new DataInputStream(
            new InflaterInputStream(
                new ByteArrayInputStream(row, VERSION_CHARS, row.length - VERSION_CHARS)))) {
      String id = in.readUTF();
      String userId = in.readUTF();
      long sequence = in.readLong();
      long version = in.readLong();
      Memory memory = JSON.readValue(read(in), Memory.class);
      List<Turn> turns = new ArrayList<>();
      for (int n = in.readInt(); n > 0; n--) {
        turns.add(Turn.parseFrom(read(in)));
      }
      List<ChatResponse> answers = new ArrayList<>();
      for (int n = in.readInt(); n > 0; n--) {
        answers.add(ChatResponse.parseFrom(read(in)));
      }
      return new Conversation(id, userId, sequence, version, memory, turns, answers);
    } catch (InvalidProtocolBufferException e) {
      throw new IOException(e);
    }
  }

  private static void write(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static byte[] read(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > MAX_BYTES * 16) {
      throw new IOException("a part of a conversation has " + length + " bytes");
    }
    return in.readNBytes(length);
  }
}
