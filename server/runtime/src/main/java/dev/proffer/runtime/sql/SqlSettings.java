// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.sql;

import dev.proffer.runtime.settings.Setting;
import java.util.List;

/// Settings of the system of record.
public final class SqlSettings {
  public static final Setting<String> URL =
      Setting.text(
          "sql.url",
          "embedded",
          "JDBC address of the system of record: 'embedded' keeps a SQLite file in the data folder;"
              + " otherwise jdbc:postgresql://host/database");

  public static final Setting<String> USER =
      Setting.text("sql.user", "", "User of the database; empty when the address holds it");

  public static final Setting<String> PASSWORD =
      Setting.text("sql.password", "", "Password of the database user");

  public static final Setting<Integer> CONNECTIONS =
      Setting.integer("sql.connections", 8, 1, 200, "Connections to PostgreSQL");

  private SqlSettings() {}

  public static List<Setting<?>> all() {
    return List.of(URL, USER, PASSWORD, CONNECTIONS);
  }
}
