// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.console.FailureText;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/// All commands of `./proffer`.
///
/// To add one, write a class with a `call` method that returns the exit code, annotate it with
/// `@Command` (`name`, `description`, and an example as `footer`), and add it to [#all].
public final class Commands {
  /// The command did what it was asked to.
  public static final int DONE = 0;

  /// The command could not, and said why.
  public static final int FAILED = 1;

  /// The command was asked in a way it does not understand.
  public static final int WRONG_USE = 2;

  private Commands() {}

  /// Every command, in the order in which `help` lists them.
  private static List<Object> all(Console console) {
    return List.of(
        new DemoCommand(console),
        new ServeCommand(console),
        new ImportCommand(console),
        new TrainCommand(console),
        new RecommendCommand(console),
        new EvaluateCartCommand(console),
        new PromotionsCommand(console),
        new ChatCommand(console),
        new InsightCommand(console),
        new EvaluateCommand(console),
        new FeaturesCommand(console),
        new BenchCommand(console),
        new LoadCommand(console),
        new EvaluatePolicyCommand(console),
        new DecisionsCommand(console),
        new SimulateCommand(console),
        new ImproveCommand(console),
        new EvaluateNluCommand(console),
        new EvaluateIntentsCommand(console),
        new EvaluateSentimentCommand(console),
        new EvaluateDialoguesCommand(console),
        new ChatbotCommand(console),
        new ExperimentsCommand(console),
        new PoliciesCommand(console),
        new DescriptorsCommand(console),
        new ModelsCommand(),
        new TestCommand(),
        new ConfigCommand(console),
        new VersionCommand(console),
        new HelpCommand(console));
  }

  /// Runs the command of these arguments and returns its exit code.
  public static int run(Console console, String... args) {
    CommandLine line = tree(console);
    if (args.length == 0) {
      line.execute("help");
      return WRONG_USE;
    }
    return line.execute(args);
  }

  static CommandLine tree(Console console) {
    Root root = new Root();
    CommandLine line = new CommandLine(root);
    all(console).forEach(command -> line.addSubcommand(command));
    line.setOut(writer(console.out()));
    line.setErr(writer(console.err()));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpWidth(100);
    line.setExecutionExceptionHandler((thrown, _, _) -> {
      report(console, thrown, root.debug);
      // Settings and arguments that parse but are not allowed are wrong use as well.
      return thrown instanceof IllegalArgumentException ? WRONG_USE : FAILED;
    });
    line.setParameterExceptionHandler((wrong, _) -> {
      explain(console, wrong);
      return WRONG_USE;
    });
    return line;
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
  }

  private static void report(Console console, Throwable thrown, boolean debug) {
    FailureText.of(thrown).forEach(console::say);
    if (debug) {
      thrown.printStackTrace(console.err());
    }
  }

  private static void explain(Console console, ParameterException wrong) {
    String command = wrong.getCommandLine().getCommandName();
    console.say(String.valueOf(wrong.getMessage()));
    List<String> suggestions =
        wrong instanceof CommandLine.UnmatchedArgumentException unmatched
            ? unmatched.getSuggestions()
            : List.of();
    if (!suggestions.isEmpty()) {
      console.say("did you mean " + String.join(" or ", suggestions) + "?");
    }
    console.say(
        command.equals(Root.NAME)
            ? "'./proffer help' lists the commands"
            : "'./proffer " + command + " --help' shows how it is used");
  }

  @Command(
      name = Root.NAME,
      mixinStandardHelpOptions = false,
      synopsisHeading = "Usage: ",
      description = "Personalised promotions over gRPC.")
  private static final class Root {
    static final String NAME = "./proffer";

    @Option(
        names = "--debug",
        scope = CommandLine.ScopeType.INHERIT,
        description = "Show stacks of failures.")
    boolean debug;
  }
}
