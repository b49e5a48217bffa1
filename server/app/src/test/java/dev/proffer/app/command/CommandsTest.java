// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.app.console.Console;
import dev.proffer.app.engine.DataFolder;
import dev.proffer.app.engine.Engine;
import dev.proffer.app.engine.EnginePlan;
import dev.proffer.app.engine.FakeModules;
import dev.proffer.app.reply.Money;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(60)
final class CommandsTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Console console = new Console(stream(out), stream(err), false);

  @TempDir private Path folder;

  @Test
  void helpListsEveryCommandWithAnExampleThatItUnderstands() {
    assertThat(run("help")).isEqualTo(0);
    CommandLine tree = Commands.tree(console);
    tree.getSubcommands()
        .forEach((name, command) -> {
          String[] examples = command.getCommandSpec().usageMessage().footer();
          assertThat(examples).as(name).isNotEmpty();
          assertThat(text(out)).contains("\n  " + name + " ").contains(examples[0]);
          assertThat(examples[0]).startsWith("./proffer " + name);
          assertThat(command.getCommandSpec().usageMessage().description()).isNotEmpty();
        });
  }

  @Test
  void withoutACommandItListsThemAndThatIsWrongUse() {
    assertThat(run()).isEqualTo(2);
    assertThat(text(out)).contains("recommend");
  }

  @Test
  void wrongUseIsExplainedInALineAndExitsWithTwo() {
    assertThat(run("recomend")).isEqualTo(2);
    assertThat(text(err)).contains("did you mean recommend").doesNotContain("\tat ");
    err.reset();
    assertThat(run("recommend", "--k", "many")).isEqualTo(2);
    assertThat(text(err)).contains("--k").contains("'./proffer recommend --help'");
    err.reset();
    assertThat(run("help", "nothing")).isEqualTo(2);
    assertThat(text(err)).contains("nothing");
  }

  @Test
  void configPrintsEveryKeyWithItsMeaning() {
    assertThat(run("config")).isEqualTo(0);
    assertThat(text(out)).contains("grpc.port: 9090").contains("# Port to listen on");
  }

  @Test
  void unknownSettingsAreRefusedByName() {
    assertThat(run("serve", "--data", folder.toString(), "--set", "grpc.prot=1")).isEqualTo(2);
    assertThat(text(err)).contains("grpc.prot: no such setting (did you mean grpc.port?)");
  }

  @Test
  void aMissingFileIsNamed() {
    assertThat(run("recommend", "--config", folder.resolve("none.yaml").toString())).isEqualTo(1);
    assertThat(text(err)).contains("none.yaml: there is no such file").doesNotContain("\tat ");
  }

  @Test
  void debugShowsWhereAFailureComesFrom() {
    assertThat(run("recommend", "--debug", "--config", folder.resolve("none.yaml").toString()))
        .isEqualTo(1);
    assertThat(text(err)).contains("\tat ");
  }

  @Test
  void recommendPrintsATableOrJsonFromTheServerOfTheFolder() throws Exception {
    try (Engine _ = server()) {
      assertThat(run("recommend", "--data", folder.toString(), "--k", "1")).isEqualTo(0);
      assertThat(text(out)).contains("sku-1").contains("10.00").contains("EUR 9.50");
      out.reset();
      assertThat(run("recommend", "--data", folder.toString(), "--lang", "zh")).isEqualTo(0);
      assertThat(text(out)).contains("马克杯");
      out.reset();
      assertThat(run("recommend", "--data", folder.toString(), "--json")).isEqualTo(0);
      assertThat(text(out).strip().lines()).hasSize(1);
      assertThat(text(out)).contains("\"item_id\":\"sku-1\"");
    }
  }

  @Test
  void aRefusalOfTheServerNamesTheField() throws Exception {
    try (Engine _ = server()) {
      assertThat(run("recommend", "--data", folder.toString(), "--k", "100000")).isEqualTo(1);
      assertThat(text(err)).contains("INVALID_ARGUMENT").contains("  k: ").doesNotContain("\tat ");
    }
  }

  @Test
  void aServerThatIsNotThereIsOneClearFailure() {
    assertThat(run("recommend", "--server", "127.0.0.1:1")).isEqualTo(1);
    assertThat(text(err)).contains("UNAVAILABLE").contains("is the server running?");
  }

  @Test
  void importNeedsAFormatAndAFileThatIsThere() {
    assertThat(run("import")).isEqualTo(2);
    assertThat(run("import", "online-retail", folder.resolve("none.csv").toString())).isEqualTo(1);
    assertThat(text(err)).contains("none.csv: there is no such file");
    assertThat(Files.exists(folder.resolve("engine.lock"))).isFalse();
  }

  @Test
  void cartLinesHaveAQuantityAndIdsMayHaveColons() {
    assertThat(EvaluateCartCommand.line("sku-1").getQuantity()).isEqualTo(1);
    assertThat(EvaluateCartCommand.line("sku-1:3").getQuantity()).isEqualTo(3);
    assertThat(EvaluateCartCommand.line("shop:sku").getItemId()).isEqualTo("shop:sku");
    assertThat(EvaluateCartCommand.line("shop:sku:2").getItemId()).isEqualTo("shop:sku");
  }

  @Test
  void amountsHaveAsManyDecimalsAsTheirCurrency() {
    assertThat(Money.text(1250, "GBP")).isEqualTo("GBP 12.50");
    assertThat(Money.text(1250, "JPY")).isEqualTo("JPY 1250");
    assertThat(Money.text(1250, "XXX")).isEqualTo("XXX 1250");
    assertThat(Money.text(5, "CNY")).isEqualTo("CNY 0.05");
  }

  private Engine server() throws Exception {
    return Engine.start(
        new EnginePlan(
            DataFolder.at(folder),
            FakeModules.all().names(),
            FakeModules.all(),
            Map.of("grpc.port", "0", "web.enabled", "false")));
  }

  private int run(String... args) {
    return Commands.run(console, args);
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }
}
