// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/// A clock that shows what it is set to.
public final class SetClock extends Clock {
  private volatile long millis;

  public SetClock(long millis) {
    this.millis = millis;
  }

  public void set(long to) {
    millis = to;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis);
  }
}
