// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.sql;

import java.sql.SQLException;

/// The database refused or could not be reached.
public final class SqlFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public SqlFailure(SQLException cause) {
    super(cause);
  }

  /// Whether this transaction was undone because it and another one waited for each other, or read
  /// what the other wrote; the same work may be done again.
  public boolean isDeadlock() {
    return getCause() instanceof SQLException sql
        && ("40P01".equals(sql.getSQLState()) || "40001".equals(sql.getSQLState()));
  }

  /// Whether a unique constraint was broken, as opposed to anything else.
  public boolean isDuplicate() {
    return getCause() instanceof SQLException sql
        && ("23505".equals(sql.getSQLState())
            || String.valueOf(sql.getMessage()).contains("SQLITE_CONSTRAINT"));
  }
}
