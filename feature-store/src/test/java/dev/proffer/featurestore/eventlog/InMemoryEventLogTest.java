// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.eventlog;

import java.time.Clock;

class InMemoryEventLogTest implements EventLogContract {
  private final EventLog log = new InMemoryEventLog(Clock.systemUTC());

  @Override
  public EventLog log() {
    return log;
  }
}
