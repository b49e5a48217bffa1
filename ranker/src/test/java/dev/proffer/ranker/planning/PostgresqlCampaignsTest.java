// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.planning;

import dev.proffer.ranker.PostgresServer;
import dev.proffer.runtime.sql.Database;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/// The same on a real PostgreSQL, as several servers of a shop share it.
class PostgresqlCampaignsTest extends CampaignsContract {
  private static PostgresServer server;
  private String address;

  @BeforeAll
  static void startServer() {
    server = PostgresServer.start();
  }

  @AfterAll
  static void stopServer() throws Exception {
    if (server != null) {
      server.close();
    }
  }

  @Override
  @BeforeEach
  void start() throws Exception {
    address = server.newDatabase();
    super.start();
  }

  @Override
  Database open() {
    return Database.postgresql(address, "postgres", "", 10);
  }
}
