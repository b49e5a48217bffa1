// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.proto.promotion.v1.Limits;
import dev.proffer.ranker.PostgresServer;
import dev.proffer.runtime.failure.ProfferException;
import dev.proffer.runtime.sql.Database;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever three callers do at once, there is an order of their calls in which a ledger without
/// concurrency gives the same answers. Lincheck runs random calls and looks for that order.
///
/// Lincheck changes the classes that are loaded, so it runs in a process of its own, with as few of
/// them as can be.
class LedgerLinearizabilityTest {
  private static final int BUDGET = 3;
  private static final int KEYS = 4;
  private static final int ITERATIONS = Integer.getInteger("proffer.lincheck-iterations", 10);

  private static @Nullable Ledger ledger;

  @TempDir Path folder;

  @Test
  void concurrentCallsHaveAnOrderWithAndWithoutLeases() throws Exception {
    check(folder.resolve("ledger.db").toString(), ITERATIONS);
  }

  @Test
  void theSameHoldsForThoseWhoAreCountedTogetherOnPostgresql() throws Exception {
    try (PostgresServer server = PostgresServer.start()) {
      check(server.newDatabase(), Math.max(1, ITERATIONS / 3));
    }
  }

  private void check(String where, int iterations) throws Exception {
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.contains("logback"))
            .collect(Collectors.joining(File.pathSeparator));
    Path output = folder.resolve("lincheck.log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+EnableDynamicAgentLoading",
                "-Xshare:off",
                "-cp",
                classPath,
                Check.class.getName(),
                where,
                Integer.toString(iterations))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();

    assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(() -> read(output)).isZero();
    assertThat(read(output)).contains("linearizable without leases", "linearizable with leases");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The process that Lincheck runs in.
  static final class Check {
    private Check() {}

    public static void main(String[] arguments) {
      try (Database database = LedgerCrashTest.Server.open(arguments[0])) {
        int iterations = Integer.parseInt(arguments[1]);
        check(database, null, iterations);
        System.out.println("linearizable without leases");
        check(
            database, new Leases(new InMemoryLeaseStore(), Clock.systemUTC(), 0, null), iterations);
        System.out.println("linearizable with leases");
      }
      System.exit(0);
    }

    private static void check(Database database, @Nullable Leases leases, int iterations) {
      try (Ledger started = new Ledger(database, Clock.systemUTC(), null, leases)) {
        ledger = started;
        new StressOptions()
            .iterations(iterations)
            .invocationsPerIteration(40)
            .threads(3)
            .actorsPerThread(3)
            .actorsBefore(1)
            .actorsAfter(1)
            .sequentialSpecification(Model.class)
            .check(Calls.class);
      }
    }
  }

  /// The calls on the real ledger. Each instance has a promotion of its own with a small budget.
  @Param(name = "key", gen = IntGen.class, conf = "1:4")
  public static final class Calls {
    private static final AtomicLong NEXT = new AtomicLong();

    private final String promotion = "p" + NEXT.incrementAndGet();
    private final Claim[] claims = new Claim[KEYS + 1];

    public Calls() {
      for (int key = 1; key <= KEYS; key++) {
        // Every key has its amount, so that a repeated call is the same call.
        claims[key] =
            new Claim(
                promotion,
                amount(key),
                Limits.newBuilder().setBudgetMinorUnits(BUDGET).build(),
                "2026-11-22");
      }
    }

    @Operation
    public String reserve(@Param(name = "key") int key) {
      String name = promotion + "-" + key;
      try {
        return now()
            .reserve(name, name, "", "CNY", List.of(claims[key]), Duration.ofHours(1), "")
            .redemption()
            .getState()
            .name();
      } catch (ProfferException e) {
        return "REFUSED";
      }
    }

    @Operation
    public String commit(@Param(name = "key") int key) {
      String id = id(key);
      try {
        return id.isEmpty() ? "UNKNOWN" : now().commit(id, "order").getState().name();
      } catch (ProfferException e) {
        return "REFUSED";
      }
    }

    @Operation
    public String release(@Param(name = "key") int key) {
      String id = id(key);
      try {
        return id.isEmpty() ? "UNKNOWN" : now().release(id).getState().name();
      } catch (ProfferException e) {
        return "REFUSED";
      }
    }

    @Operation
    public String totals() {
      Ledger.Totals totals = now().totals(promotion);
      return totals.redemptions()
          + " "
          + totals.reservedMinorUnits()
          + " "
          + totals.committedMinorUnits();
    }

    private String id(int key) {
      Ledger.Reserved found = now().find(promotion + "-" + key, promotion + "-" + key);
      return found == null ? "" : found.redemption().getRedemptionId();
    }

    private static Ledger now() {
      return Objects.requireNonNull(ledger);
    }
  }

  /// What a ledger does when nobody else calls.
  public static final class Model {
    private final Map<Integer, String> states = new HashMap<>();

    public String reserve(int key) {
      String known = states.get(key);
      if (known != null) {
        return known;
      }
      if (sum("REDEMPTION_STATE_RESERVED") + sum("REDEMPTION_STATE_COMMITTED") + amount(key)
          > BUDGET) {
        return "REFUSED";
      }
      states.put(key, "REDEMPTION_STATE_RESERVED");
      return "REDEMPTION_STATE_RESERVED";
    }

    public String commit(int key) {
      return move(key, "REDEMPTION_STATE_COMMITTED", "REDEMPTION_STATE_RELEASED");
    }

    public String release(int key) {
      return move(key, "REDEMPTION_STATE_RELEASED", "REDEMPTION_STATE_COMMITTED");
    }

    private String move(int key, String to, String refused) {
      String known = states.get(key);
      if (known == null) {
        return "UNKNOWN";
      }
      if (known.equals(refused)) {
        return "REFUSED";
      }
      states.put(key, to);
      return to;
    }

    public String totals() {
      long reserved = sum("REDEMPTION_STATE_RESERVED");
      long committed = sum("REDEMPTION_STATE_COMMITTED");
      long count =
          states.values().stream()
              .filter(state -> !state.equals("REDEMPTION_STATE_RELEASED"))
              .count();
      return count + " " + reserved + " " + committed;
    }

    private long sum(String state) {
      long sum = 0;
      for (Map.Entry<Integer, String> one : states.entrySet()) {
        sum += one.getValue().equals(state) ? amount(one.getKey()) : 0;
      }
      return sum;
    }
  }

  private static int amount(int key) {
    return 1 + key % 3;
  }
}
