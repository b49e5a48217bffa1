// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ledger;

import dev.proffer.runtime.redis.RedisLink;
import io.lettuce.core.ScriptOutputType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Leases in Redis, for all servers of a shop. Each slot is a hash; scripts make each step atomic.
final class RedisLeaseStore implements LeaseStore {
  private static final String PREFIX = "proffer:lease:";

  private static final String TAKE =
      """
      local left = redis.call('HMGET', KEYS[1], 'amount', 'redemptions', 'lease', 'fence')
      if not left[1] or tonumber(left[1]) < tonumber(ARGV[1]) or tonumber(left[2]) < 1 then
        return {}
      end
      redis.call('HINCRBY', KEYS[1], 'amount', '-' .. ARGV[1])
      redis.call('HINCRBY', KEYS[1], 'redemptions', -1)
      return {left[3], left[4]}
      """;

  private static final String GIVE =
      """
      if redis.call('HGET', KEYS[1], 'fence') == ARGV[1] then
        redis.call('HINCRBY', KEYS[1], 'amount', ARGV[2])
        redis.call('HINCRBY', KEYS[1], 'redemptions', 1)
      end
      return 1
      """;

  // A settled lease stays as an empty one, so that a late put of an older fence changes nothing.
  private static final String PUT =
      """
      local fence = redis.call('HGET', KEYS[1], 'fence')
      if fence and tonumber(fence) >= tonumber(ARGV[1]) then
        return 0
      end
      redis.call('HSET', KEYS[1], 'fence', ARGV[1], 'lease', ARGV[2], 'amount', ARGV[3], 'redemptions', ARGV[4])
      redis.call('PEXPIRE', KEYS[1], ARGV[5])
      return 1
      """;

  private static final String DROP =
      """
      local fence = redis.call('HGET', KEYS[1], 'fence')
      if fence and tonumber(fence) <= tonumber(ARGV[1]) then
        redis.call('HSET', KEYS[1], 'fence', ARGV[1], 'amount', 0, 'redemptions', 0)
      end
      return 1
      """;

  private final RedisLink redis;

  RedisLeaseStore(RedisLink redis) {
    this.redis = redis;
  }

  @Override
  public @Nullable Lease take(String promotionId, int slot, long amountMinorUnits) {
    List<?> answer =
        redis.call(commands ->
            commands.<List<?>>eval(
                TAKE,
                ScriptOutputType.MULTI,
                new byte[][] {key(promotionId, slot)},
                text(amountMinorUnits)));
    if (answer == null || answer.size() < 2) {
      return null;
    }
    return new Lease(
        promotionId, slot, string(answer.get(0)), Long.parseLong(string(answer.get(1))));
  }

  @Override
  public void give(Lease lease, long amountMinorUnits) {
    run(GIVE, lease, text(lease.fence()), text(amountMinorUnits));
  }

  @Override
  public void put(Lease lease, long amountMinorUnits, long redemptions, long ttlMillis) {
    run(
        PUT,
        lease,
        text(lease.fence()),
        bytes(lease.leaseId()),
        text(amountMinorUnits),
        text(redemptions),
        text(ttlMillis));
  }

  @Override
  public void drop(Lease lease) {
    run(DROP, lease, text(lease.fence()));
  }

  @Override
  public boolean isAvailable() {
    return redis.isAvailable();
  }

  private void run(String script, Lease lease, byte[]... arguments) {
    redis.call(commands ->
        commands.<Long>eval(
            script,
            ScriptOutputType.INTEGER,
            new byte[][] {key(lease.promotionId(), lease.slot())},
            arguments));
  }

  private static byte[] key(String promotionId, int slot) {
    return bytes(PREFIX + promotionId + ':' + slot);
  }

  private static byte[] text(long number) {
    return bytes(Long.toString(number));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String string(Object value) {
    return value instanceof byte[] bytes
        ? new String(bytes, StandardCharsets.UTF_8)
        : String.valueOf(value);
  }
}
