// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.runtime.grpc.GrpcSettings;
import dev.proffer.runtime.redis.RedisSettings;
import dev.proffer.runtime.sql.SqlSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {
  private static final Setting<Duration> PAUSE =
      Setting.duration("cache.pause", "250ms", "How long to wait");
  private static final Setting<Integer> SIZE =
      Setting.integer("cache.size", 10, 1, 100, "How many to keep");
  private static final List<Setting<?>> KNOWN = List.of(PAUSE, SIZE);

  @Test
  void readsTextsAndFallsBackToDefaults() {
    Settings settings = Settings.of(KNOWN, Map.of("cache.pause", "2h"));

    assertThat(settings.get(PAUSE)).isEqualTo(Duration.ofHours(2));
    assertThat(settings.get(SIZE)).isEqualTo(10);
  }

  @Test
  void refusesUnknownKeysByNameAndSuggestsTheNearest() {
    assertThatThrownBy(() -> Settings.of(KNOWN, Map.of("cache.sise", "1")))
        .hasMessageContaining("cache.sise: no such setting (did you mean cache.size?)");
  }

  @Test
  void namesAllBadValuesAtOnceAndSaysWhatWouldBeRight() {
    assertThatThrownBy(
            () -> Settings.of(KNOWN, Map.of("cache.pause", "soon", "cache.size", "1000")))
        .hasMessageContaining("cache.pause: 'soon' (expected: time such as 250ms")
        .hasMessageContaining("cache.size: '1000' (expected: integer from 1 to 100)");
  }

  @Test
  void runtimeSettingsHaveDistinctKeysAndAMeaning() {
    List<Setting<?>> all = new ArrayList<>(GrpcSettings.all());
    all.addAll(RedisSettings.all());
    all.addAll(SqlSettings.all());

    Settings defaults = Settings.of(all, Map.of());
    assertThat(all).allSatisfy(setting -> assertThat(setting.meaning()).isNotBlank());
    assertThat(defaults.get(GrpcSettings.PORT)).isEqualTo(9090);
    assertThat(defaults.get(GrpcSettings.REQUEST_BYTES_MAX)).isEqualTo(4 << 20);
    assertThat(defaults.get(RedisSettings.URI)).isEqualTo("embedded");
    assertThat(defaults.get(SqlSettings.URL)).isEqualTo("embedded");
  }
}
