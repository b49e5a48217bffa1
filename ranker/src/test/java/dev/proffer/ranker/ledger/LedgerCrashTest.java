// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.proto.promotion.v1.Limits;
import dev.proffer.proto.promotion.v1.RedemptionState;
import dev.proffer.ranker.PostgresServer;
import dev.proffer.runtime.failure.ProfferException;
import dev.proffer.runtime.sql.Database;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `kill -9` of a process that redeems, in the middle.
class LedgerCrashTest {
  private static final long AMOUNT = 100;
  private static final long BUDGET = 100_000;
  private static final Limits LIMITS =
      Limits.newBuilder().setBudgetMinorUnits(BUDGET).setPerPerson(1).build();

  @TempDir Path folder;

  @Test
  void whatWasAcknowledgedOutlivesAKilledServerAndTheBudgetHolds() throws Exception {
    crash(folder.resolve("ledger.db").toString());
  }

  @Test
  void theSameHoldsOnPostgresql() throws Exception {
    try (PostgresServer server = PostgresServer.start()) {
      crash(server.newDatabase());
    }
  }

  private void crash(String where) throws Exception {
    List<String> committed = new ArrayList<>();
    // Three servers, each killed after some redemptions, on one file and one budget.
    for (int server = 0; server < 3; server++) {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "--enable-native-access=ALL-UNNAMED",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Server.class.getName(),
                  where,
                  Integer.toString(server))
              .redirectError(folder.resolve("server-" + server + ".log").toFile())
              .start();
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        int heard = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith("committed ") && line.endsWith(".")) {
            committed.add(line.substring("committed ".length(), line.length() - 1));
            heard++;
          }
          if (heard == 100) {
            process.toHandle().destroyForcibly();
          }
        }
      }
      process.waitFor();
    }

    assertThat(committed).hasSizeGreaterThanOrEqualTo(300);
    try (Database database = Server.open(where);
        Ledger ledger = new Ledger(database, Clock.systemUTC())) {
      for (String id : committed) {
        assertThat(ledger.get(id).getState()).isEqualTo(RedemptionState.REDEMPTION_STATE_COMMITTED);
      }
      // What the dead servers held on leases is settled; then the budget is spent to the last.
      for (int n = 0; n < 1_200; n++) {
        Server.redeem(ledger, "last-" + n);
      }
      Ledger.Totals totals = ledger.totals("hot");
      assertThat(totals.spentMinorUnits()).isLessThanOrEqualTo(BUDGET);
      assertThat(totals.spentMinorUnits()).isEqualTo(sumOfParts(database));
      assertThat(totals.committedMinorUnits()).isGreaterThanOrEqualTo(committed.size() * AMOUNT);
    }
  }

  private static long sumOfParts(Database database) {
    return database.read(connection -> {
      try (var statement = connection.createStatement();
          var rows =
              statement.executeQuery(
                  "SELECT SUM(amount_minor_units) FROM redemption_part p JOIN redemption r"
                      + " ON r.redemption_id = p.redemption_id WHERE r.state IN (1, 2)")) {
        return rows.next() ? rows.getLong(1) : -1;
      }
    });
  }

  /// Redeems until it is killed, and says what it acknowledged.
  static final class Server {
    private Server() {}

    public static void main(String[] arguments) {
      Database database = open(arguments[0]);
      Ledger ledger =
          new Ledger(
              database,
              Clock.systemUTC(),
              null,
              new Leases(new InMemoryLeaseStore(), Clock.systemUTC(), 0, null));
      AtomicLong next = new AtomicLong();
      try (ExecutorService pool = Executors.newFixedThreadPool(16)) {
        for (int t = 0; t < 16; t++) {
          pool.submit(() -> {
            while (true) {
              String id = redeem(ledger, arguments[1] + "-" + next.getAndIncrement());
              if (id.isEmpty()) {
                return;
              }
              System.out.println("committed " + id + ".");
            }
          });
        }
      }
    }

    /// A file of SQLite, or the address of a PostgreSQL.
    static Database open(String where) {
      return where.startsWith("jdbc:")
          ? Database.postgresql(where, "postgres", "", 20)
          : Database.sqlite(Path.of(where));
    }

    /// Redeems once; empty when the budget is spent.
    static String redeem(Ledger ledger, String key) {
      try {
        String id =
            ledger
                .reserve(
                    key,
                    key,
                    "user-" + key,
                    "CNY",
                    List.of(new Claim("hot", AMOUNT, LIMITS, "2026-11-22")),
                    Duration.ofMinutes(15),
                    "")
                .redemption()
                .getRedemptionId();
        ledger.commit(id, "order-" + key);
        return id;
      } catch (ProfferException e) {
        return "";
      }
    }
  }
}
