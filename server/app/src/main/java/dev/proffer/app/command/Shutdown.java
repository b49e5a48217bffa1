// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import java.util.concurrent.CountDownLatch;

/// Waits for Ctrl-C or SIGTERM and then stops what was started, before the process ends.
final class Shutdown {
  private Shutdown() {}

  /// Returns when the engine is closed.
  static void await(AutoCloseable engine, Console console) throws InterruptedException {
    CountDownLatch asked = new CountDownLatch(1);
    Thread hook =
        new Thread(
            () -> {
              console.say("stopping …");
              try {
                engine.close();
                console.say("stopped");
              } catch (Exception e) {
                console.say("did not stop cleanly: " + e);
              }
              asked.countDown();
            },
            "shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
    asked.await();
  }
}
