// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.app.engine.EngineSettings;
import dev.proffer.app.engine.ServiceModules;
import dev.proffer.runtime.settings.Setting;
import dev.proffer.runtime.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SettingsFileTest {
  @TempDir private Path folder;

  @Test
  void readsNestedMapsAndDottedKeysAlike() throws IOException {
    assertThat(
            read(
                """
                redis:
                  uri: redis://host:1
                grpc.port: 9000
                web:
                  allowed-origins: [https://a, https://b]
                  enabled: false
                sql.user:
                """))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "redis.uri", "redis://host:1",
                "grpc.port", "9000",
                "web.allowed-origins", "https://a,https://b",
                "web.enabled", "false",
                "sql.user", ""));
  }

  @Test
  void refusesAKeyThatStandsThereTwice() {
    assertThatThrownBy(() -> read("grpc: {port: 1}\ngrpc.port: 2\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("grpc.port stands there twice");
  }

  @Test
  void refusesWhatIsNotAMapAndWhatIsNotYaml() {
    assertThatThrownBy(() -> read("- a\n- b\n")).hasMessageContaining("must be a map of settings");
    assertThatThrownBy(() -> read("a: [1")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> read("a: !!java.io.File [x]\n"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anEmptyFileChangesNothing() throws IOException {
    assertThat(read("# nothing\n")).isEmpty();
  }

  @Test
  void whatConfigPrintsIsASettingsFileOfAllDefaults() throws IOException {
    List<Setting<?>> all = EngineSettings.all(ServiceModules.find(Optional.empty()));
    Map<String, String> read = read(String.join("\n", SettingsReference.lines(all)));
    assertThat(read).hasSameSizeAs(all);
    Settings settings = Settings.of(all, read);
    Settings defaults = Settings.of(all, Map.of());
    assertThat(all)
        .allSatisfy(setting -> {
          assertThat(settings.get(setting)).isEqualTo(defaults.get(setting));
          assertThat(setting.meaning()).isNotBlank();
        });
  }

  private Map<String, String> read(String yaml) throws IOException {
    return SettingsFile.read(Files.writeString(folder.resolve("settings.yaml"), yaml));
  }
}
