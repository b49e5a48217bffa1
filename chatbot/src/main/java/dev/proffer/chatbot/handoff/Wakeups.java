// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.handoff;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Wakes those who watch a conversation when this process changed it. Changes by other servers are
/// seen at the next look. Conversations share a fixed number of bells, so nothing grows with them;
/// a bell that rings for another conversation costs one look.
public final class Wakeups {
  private static final int BELLS = 128;

  private final ReentrantLock[] locks = new ReentrantLock[BELLS];
  private final Condition[] rung = new Condition[BELLS];
  private final long[] rings = new long[BELLS];

  Wakeups() {
    for (int i = 0; i < BELLS; i++) {
      locks[i] = new ReentrantLock();
      rung[i] = locks[i].newCondition();
    }
  }

  /// How often the bell of a conversation has rung. Asked before a look, so that a change during
  /// the look is not missed.
  public long rings(String conversationId) {
    int bell = bell(conversationId);
    locks[bell].lock();
    try {
      return rings[bell];
    } finally {
      locks[bell].unlock();
    }
  }

  public void changed(String conversationId) {
    int bell = bell(conversationId);
    locks[bell].lock();
    try {
      rings[bell]++;
      rung[bell].signalAll();
    } finally {
      locks[bell].unlock();
    }
  }

  /// Waits until the bell has rung more often than it had, or time is over.
  public void await(String conversationId, long had, long maxMillis) throws InterruptedException {
    int bell = bell(conversationId);
    long left = TimeUnit.MILLISECONDS.toNanos(maxMillis);
    locks[bell].lock();
    try {
      while (rings[bell] == had && left > 0) {
        left = rung[bell].awaitNanos(left);
      }
    } finally {
      locks[bell].unlock();
    }
  }

  private static int bell(String conversationId) {
    return Math.floorMod(conversationId.hashCode(), BELLS);
  }
}
