// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;

/// A clock that goes when it is told to.
public final class ManualClock extends Clock {
  private final AtomicLong millis;

  public ManualClock(long millis) {
    this.millis = new AtomicLong(millis);
  }

  public void advance(long by) {
    millis.addAndGet(by);
  }

  @Override
  public long millis() {
    return millis.get();
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis.get());
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
