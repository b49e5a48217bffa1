// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.app.console.Failure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class DataFolderTest {
  private static final EngineAddress ADDRESS =
      new EngineAddress(7, "127.0.0.1:9090", "http://127.0.0.1:8080", List.of("ranker"));

  @TempDir private Path folder;

  @Test
  void hasOneOwnerAtATime() throws Exception {
    DataFolder data = DataFolder.at(folder);
    DataFolder.Owned owned = data.own();
    owned.announce(ADDRESS);
    assertThatThrownBy(data::own)
        .isInstanceOf(Failure.class)
        .hasMessageContaining("is in use by the server at 127.0.0.1:9090");
    assertThat(data.isOwned()).isTrue();
    owned.close();
    assertThat(data.isOwned()).isFalse();
    data.own().close();
  }

  @Test
  void tellsTheAddressOfItsServerAsLongAsItRuns() throws Exception {
    DataFolder data = DataFolder.at(folder);
    try (DataFolder.Owned owned = data.own()) {
      assertThat(data.server()).isEmpty();
      owned.announce(ADDRESS);
      assertThat(data.server()).contains(ADDRESS);
    }
    assertThat(data.server()).isEmpty();
  }

  @Test
  void isOwnedByAnotherProcessUntilThatIsGoneHoweverItEnds() throws Exception {
    DataFolder data = DataFolder.at(folder);
    Process other =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                Owner.class.getName(),
                folder.toString())
            .redirectErrorStream(true)
            .start();
    try {
      assertThat(other.inputReader().readLine()).isEqualTo("owned");
      assertThat(data.isOwned()).isTrue();
      assertThat(data.server()).contains(ADDRESS);
      assertThatThrownBy(data::own).isInstanceOf(Failure.class);
    } finally {
      other.destroyForcibly();
    }
    assertThat(other.waitFor(20, TimeUnit.SECONDS)).isTrue();
    // The address that it left behind belongs to nobody.
    assertThat(Files.exists(folder.resolve("engine.address"))).isTrue();
    assertThat(data.server()).isEmpty();
    data.own().close();
  }

  /// Owns a folder until it is killed.
  static final class Owner {
    public static void main(String[] args) throws Exception {
      DataFolder.at(Path.of(args[0])).own().announce(ADDRESS);
      System.out.println("owned");
      System.in.read();
    }
  }
}
