// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.planning;

import dev.proffer.runtime.sql.Database;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteCampaignsTest extends CampaignsContract {
  @TempDir Path folder;

  @Override
  Database open() {
    return Database.sqlite(folder.resolve("ranker.db"));
  }

  @Override
  Database openBeside(Database first) {
    // A file has one process that writes it.
    return first;
  }
}
