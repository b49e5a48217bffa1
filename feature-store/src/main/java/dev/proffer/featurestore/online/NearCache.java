// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.online;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Copies of rows in this process, by view and entity.
///
/// They serve two ends: a view with a near-cache time is served from them for so long without
/// asking again, and while Redis is lost every view is served from them up to a bounded staleness.
/// The row's own event time still decides about its max age. Bounded by bytes.
public final class NearCache {
  private static final int OVERHEAD_BYTES = 120;

  private final long bytesMax;
  private final Duration staleMax;
  private final Ticker ticker;
  private final Map<String, Cache<String, Copy>> byView = new ConcurrentHashMap<>();

  /// A copy of what Redis had.
  ///
  /// @param row null when Redis had no row
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  public record Copy(byte @Nullable [] row, long readAtNanos) {}

  /// @param bytesMax size of the copies of one view
  /// @param staleMax how old a copy may be when it stands in for a lost Redis
  public NearCache(long bytesMax, Duration staleMax, Ticker ticker) {
    this.bytesMax = bytesMax;
    this.staleMax = staleMax;
    this.ticker = ticker;
  }

  /// The copies of one view.
  public View view(String name) {
    return new View(
        byView.computeIfAbsent(
            name,
            _ ->
                Caffeine.newBuilder()
                    .maximumWeight(bytesMax)
                    .weigher((String id, Copy copy) ->
                        OVERHEAD_BYTES + id.length() + (copy.row == null ? 0 : copy.row.length))
                    .expireAfterWrite(staleMax)
                    .ticker(ticker)
                    .executor(Runnable::run)
                    .build()));
  }

  public long nowNanos() {
    return ticker.read();
  }

  /// The copies of one view.
  public final class View {
    private final Cache<String, Copy> copies;

    private View(Cache<String, Copy> copies) {
      this.copies = copies;
    }

    public @Nullable Copy get(String entityId) {
      return copies.getIfPresent(entityId);
    }

    public void put(String entityId, byte @Nullable [] row) {
      copies.put(entityId, new Copy(row, ticker.read()));
    }

    /// Replaces a copy by what was just written, if there is one: a reader in this process then
    /// sees its own writes at once.
    public void refresh(String entityId, byte @Nullable [] row) {
      if (copies.getIfPresent(entityId) != null) {
        put(entityId, row);
      }
    }

    public void forget(String entityId) {
      copies.invalidate(entityId);
    }
  }
}
