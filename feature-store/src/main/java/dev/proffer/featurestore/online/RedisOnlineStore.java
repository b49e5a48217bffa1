// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.online;

import com.google.common.hash.Hashing;
import dev.proffer.featurestore.row.RowHeader;
import dev.proffer.runtime.redis.RedisLink;
import dev.proffer.runtime.redis.RedisLink.Answers;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rows in Redis: one string for each row.
///
/// Reads have a link of their own with little patience; writes go over another one in large
/// pipelines, so that neither waits behind the other.
public final class RedisOnlineStore implements OnlineStore {
  /// Replaces a row unless the one that is there has a newer event time (bytes 5 to 12, see
  /// [RowHeader]).
  private static final String PUT_NEWER =
      "local head = redis.call('GETRANGE', KEYS[1], 0, 11)\n"
          + "if #head == 12 and string.byte(head, 1) == 245"
          + " and struct.unpack('<i8', head, 5) > tonumber(ARGV[2]) then return 0 end\n"
          + "if ARGV[3] == '0' then redis.call('SET', KEYS[1], ARGV[1])\n"
          + "else redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3]) end\n"
          + "return 1";

  /// Sets a key to the first argument when it has the second one, or none without a second one.
  private static final String COMPARE_AND_SET =
      "if redis.call('GET', KEYS[1]) == (ARGV[2] or false) then"
          + " redis.call('SET', KEYS[1], ARGV[1]) return 1 end return 0";

  @SuppressWarnings("deprecation") // Redis names scripts by SHA-1.
  private static final String PUT_NEWER_SHA =
      Hashing.sha1().hashString(PUT_NEWER, StandardCharsets.UTF_8).toString();

  private static final int PIPELINE_MAX = 2000;
  private static final int CLUSTER_CHECKPOINTS = 128;

  private final RedisLink reads;
  private final RedisLink writes;
  private final Duration writePatience;

  /// @param writePatience how long one pipeline of writes may take
  public RedisOnlineStore(RedisLink reads, RedisLink writes, Duration writePatience) {
    this.reads = reads;
    this.writes = writes;
    this.writePatience = writePatience;
  }

  @Override
  public Fetched fetch(List<byte[]> keys, Duration timeout) {
    return fetched(reads.mget(keys, timeout), keys.size());
  }

  private static Fetched fetched(Answers<byte[]> answers, int size) {
    byte[] @Nullable [] rows = new byte[size][];
    BitSet answered = new BitSet(size);
    for (int i = 0; i < size; i++) {
      rows[i] = answers.value(i);
      answered.set(i, answers.answered(i));
    }
    return new Fetched(rows, answered, answers.failure());
  }

  @Override
  public List<PutOutcome> putNewer(List<NewRow> rows) {
    List<PutOutcome> outcomes = new ArrayList<>(rows.size());
    for (int from = 0; from < rows.size(); from += PIPELINE_MAX) {
      List<NewRow> part = rows.subList(from, Math.min(rows.size(), from + PIPELINE_MAX));
      List<byte[]> keys = part.stream().map(NewRow::key).toList();
      Answers<Long> answers = putNewer(keys, part, CommandType.EVALSHA, PUT_NEWER_SHA);
      Throwable failure = answers.failure();
      if (failure != null && String.valueOf(failure.getMessage()).startsWith("NOSCRIPT")) {
        // Redis was restarted and has forgotten the script; sending it whole loads it again.
        answers = putNewer(keys, part, CommandType.EVAL, PUT_NEWER);
      }
      for (int i = 0; i < part.size(); i++) {
        Long applied = answers.value(i);
        outcomes.add(
            applied == null
                ? PutOutcome.UNAVAILABLE
                : applied == 1 ? PutOutcome.APPLIED : PutOutcome.STALE);
      }
    }
    return outcomes;
  }

  private Answers<Long> putNewer(
      List<byte[]> keys, List<NewRow> rows, CommandType type, String script) {
    return writes.pipeline(
        keys,
        i -> {
          NewRow row = rows.get(i);
          CommandArgs<byte[], byte[]> args =
              RedisLink.args()
                  .add(script)
                  .add(1)
                  .addKey(row.key())
                  .add(row.row())
                  .add(RowHeader.eventTimeUnixMillis(row.row()))
                  .add(row.keepMillis());
          return RedisLink.command(type, new IntegerOutput<>(ByteArrayCodec.INSTANCE), args);
        },
        writePatience);
  }

  @Override
  public void put(List<NewRow> rows) {
    for (int from = 0; from < rows.size(); from += PIPELINE_MAX) {
      List<NewRow> part = rows.subList(from, Math.min(rows.size(), from + PIPELINE_MAX));
      writes
          .pipeline(
              part.stream().map(NewRow::key).toList(),
              i -> {
                NewRow row = part.get(i);
                CommandArgs<byte[], byte[]> args =
                    RedisLink.args().addKey(row.key()).add(row.row());
                if (row.keepMillis() > 0) {
                  args.add("PX").add(row.keepMillis());
                }
                return RedisLink.command(
                    CommandType.SET, new StatusOutput<>(ByteArrayCodec.INSTANCE), args);
              },
              writePatience)
          .orThrow();
    }
  }

  @Override
  public int delete(List<byte[]> keys) {
    Answers<Long> answers =
        writes
            .<Long>pipeline(
                keys,
                i ->
                    RedisLink.command(
                        CommandType.DEL,
                        new IntegerOutput<>(ByteArrayCodec.INSTANCE),
                        RedisLink.args().addKey(keys.get(i))),
                writePatience)
            .orThrow();
    int deleted = 0;
    for (int i = 0; i < keys.size(); i++) {
      Long one = answers.value(i);
      deleted += one == null ? 0 : one.intValue();
    }
    return deleted;
  }

  @Override
  public boolean compareAndSet(List<byte[]> keys, List<Content> expected, byte[] value) {
    Answers<Long> answers =
        writes
            .<Long>pipeline(
                keys,
                i -> {
                  byte[] old = expected.get(i).value();
                  CommandArgs<byte[], byte[]> args =
                      RedisLink.args().add(COMPARE_AND_SET).add(1).addKey(keys.get(i)).add(value);
                  if (old != null) {
                    args.add(old);
                  }
                  return RedisLink.command(
                      CommandType.EVAL, new IntegerOutput<>(ByteArrayCodec.INSTANCE), args);
                },
                writePatience)
            .orThrow();
    boolean all = true;
    for (int i = 0; i < keys.size(); i++) {
      Long set = answers.value(i);
      all &= set != null && set == 1;
    }
    return all;
  }

  /// Reads with the patience of writes, for the aggregator.
  public OnlineStore forBatches() {
    return new RedisOnlineStore(writes, writes, writePatience);
  }

  @Override
  public int checkpoints() {
    return writes.isCluster() ? CLUSTER_CHECKPOINTS : 1;
  }

  @Override
  public String shortcoming() {
    String lost = reads.shortcoming();
    return lost.isEmpty() ? writes.shortcoming() : lost;
  }

  @Override
  public void close() {
    reads.close();
    writes.close();
  }
}
