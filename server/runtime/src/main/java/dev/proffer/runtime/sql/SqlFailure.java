// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.sql;

import java.sql.SQLException;

/// The database refused or could not be reached.
public final class SqlFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public SqlFailure(SQLException cause) {
    super(cause);
  }

  /// Whether a unique constraint was broken, as opposed to anything else.
  public boolean isDuplicate() {
    return getCause() instanceof SQLException sql
        && ("23505".equals(sql.getSQLState())
            || String.valueOf(sql.getMessage()).contains("SQLITE_CONSTRAINT"));
  }
}
