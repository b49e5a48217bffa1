// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.proffer.app.console.Console;
import dev.proffer.app.console.Failure;
import dev.proffer.app.console.Table;
import dev.proffer.app.engine.EngineSession;
import dev.proffer.app.reply.Texts;
import dev.proffer.proto.experiment.v1.AnalyzeExperimentRequest;
import dev.proffer.proto.experiment.v1.AnalyzeExperimentResponse;
import dev.proffer.proto.experiment.v1.CreateExperimentRequest;
import dev.proffer.proto.experiment.v1.Experiment;
import dev.proffer.proto.experiment.v1.ExperimentServiceGrpc;
import dev.proffer.proto.experiment.v1.ExperimentServiceGrpc.ExperimentServiceBlockingStub;
import dev.proffer.proto.experiment.v1.ExperimentState;
import dev.proffer.proto.experiment.v1.ListExperimentsRequest;
import dev.proffer.proto.experiment.v1.RampExperimentRequest;
import dev.proffer.proto.experiment.v1.SetExperimentStateRequest;
import dev.proffer.proto.experiment.v1.Variant;
import dev.proffer.ranker.experiment.Analysis;
import dev.proffer.ranker.experiment.AnalysisPage;
import dev.proffer.ranker.experiment.ExposureFile;
import dev.proffer.ranker.experiment.Plan;
import dev.proffer.ranker.experiment.Rerandomisation;
import dev.proffer.ranker.experiment.SummarySeries;
import dev.proffer.runtime.service.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/// Experiments: run them, plan them, and read what they found.
@Command(
    name = "experiments",
    description = "Run, plan and analyse experiments.",
    footer = "./proffer experiments plan --mean 0.05 --effect 0.005 --per-day 4000",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ExperimentsCommand.ListAll.class,
      ExperimentsCommand.Create.class,
      ExperimentsCommand.State.class,
      ExperimentsCommand.Ramp.class,
      ExperimentsCommand.Report.class,
      ExperimentsCommand.PlanOne.class,
      ExperimentsCommand.AnalyzeFile.class,
      ExperimentsCommand.AaTest.class,
      ExperimentsCommand.Series.class,
      InterleavingCommand.class
    })
final class ExperimentsCommand implements Callable<Integer> {
  private final Console console;

  ExperimentsCommand(Console console) {
    this.console = console;
  }

  Console console() {
    return console;
  }

  @Override
  public Integer call() {
    console.say("experiments: name what to do, such as 'experiments list'");
    return Commands.WRONG_USE;
  }

  private static <T> T ask(
      Console console, SessionOptions session, Function<ExperimentServiceBlockingStub, T> question)
      throws Exception {
    try (EngineSession engine = session.open(console, Peers.FEATURE_STORE, Peers.RANKER)) {
      return question.apply(ExperimentServiceGrpc.newBlockingStub(engine.channel(Peers.RANKER)));
    }
  }

  private static void print(Console console, SessionOptions session, List<Experiment> experiments)
      throws Exception {
    Table table = new Table("experiment", "state", "layer", ">traffic", "variants", "metric");
    for (Experiment experiment : experiments) {
      if (session.json()) {
        console.print(Texts.json(experiment));
      }
      table.row(
          experiment.getExperimentId(),
          experiment
              .getState()
              .name()
              .substring("EXPERIMENT_STATE_".length())
              .toLowerCase(Locale.ROOT),
          experiment.getLayer(),
          String.format(Locale.ROOT, "%.2f %%", experiment.getTrafficBasisPoints() / 100.0),
          String.join(
              " ",
              experiment.getVariantsList().stream()
                  .map(variant -> variant.getName() + "=" + variant.getWeight())
                  .toList()),
          experiment.getPrimaryMetric());
    }
    if (!session.json()) {
      table.printTo(console);
    }
  }

  private static void print(Console console, Analysis analysis) {
    Table table =
        new Table(
            "metric",
            "variant",
            ">units",
            ">control",
            ">variant",
            ">difference",
            ">low",
            ">high",
            ">always-valid p",
            ">fixed p",
            "verdict");
    for (Analysis.Comparison comparison : analysis.comparisons()) {
      table.row(
          comparison.metric(),
          comparison.variant(),
          String.format(Locale.ROOT, "%,d", comparison.sample().units()),
          number(comparison.control().mean()),
          number(comparison.sample().mean()),
          number(comparison.difference().value()),
          number(comparison.low()),
          number(comparison.high()),
          String.format(Locale.ROOT, "%.4f", comparison.alwaysValidP()),
          String.format(Locale.ROOT, "%.4f", comparison.difference().pValue()),
          comparison.verdict().name().toLowerCase(Locale.ROOT));
    }
    table.printTo(console);
    console.print(
        String.format(Locale.ROOT, "check of the split: p = %.4f", analysis.sampleRatioPValue()));
    if (!analysis.refusal().isEmpty()) {
      console.print("No conclusion: " + analysis.refusal() + ".");
    } else {
      for (Analysis.Comparison comparison : analysis.comparisons()) {
        console.print(AnalysisPage.sentence(analysis, comparison));
      }
    }
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.5g", value);
  }

  /// Lists experiments.
  @Command(
      name = "list",
      description = "List all experiments.",
      footer = "./proffer experiments list",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class ListAll implements Callable<Integer> {
    @ParentCommand private ExperimentsCommand parent;
    @Mixin private SessionOptions session;

    @Override
    public Integer call() throws Exception {
      print(
          parent.console(),
          session,
          ask(
              parent.console(),
              session,
              stub ->
                  stub.listExperiments(
                          ListExperimentsRequest.newBuilder().setPageSize(1_000).build())
                      .getExperimentsList()));
      return Commands.DONE;
    }
  }

  /// Writes a draft.
  @Command(
      name = "create",
      description = "Write a draft.",
      footer =
          "./proffer experiments create list --variants now=1,popular=1 --metric margin"
              + " --change popular.ranker=popularity",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class Create implements Callable<Integer> {
    @ParentCommand private ExperimentsCommand parent;
    @Mixin private SessionOptions session;

    @Parameters(paramLabel = "ID", description = "The experiment.")
    private String id;

    @Option(
        names = "--variants",
        required = true,
        split = ",",
        paramLabel = "NAME=WEIGHT",
        description = "Arms with their weights, the control first.")
    private Map<String, Integer> variants = new LinkedHashMap<>();

    @Option(names = "--layer", description = "Experiments of one layer exclude each other.")
    private String layer = "";

    @Option(names = "--traffic", description = "Percent of the layer (default: 100).")
    private double traffic = 100;

    @Option(names = "--metric", required = true, description = "The metric that decides.")
    private String metric;

    @Option(names = "--segments", split = ",", description = "Only people of these segments.")
    private List<String> segments = List.of();

    @Option(names = "--hypothesis", description = "What is expected, in a sentence.")
    private String hypothesis = "";

    @Option(
        names = "--change",
        paramLabel = "VARIANT.WHAT=VALUE",
        description = {
          "What a variant changes: ranker, layout, interleave (two rankers with a comma),",
          "model_version, offer_policy, personal_offer_policy, ranker_policy or layout_policy; or a",
          "parameter of your own. May be repeated."
        })
    private Map<String, String> changes = new LinkedHashMap<>();

    @Override
    public Integer call() throws Exception {
      Map<String, Variant.Builder> arms = new LinkedHashMap<>();
      variants.forEach(
          (name, weight) -> arms.put(name, Variant.newBuilder().setName(name).setWeight(weight)));
      changes.forEach((key, value) -> {
        int dot = key.lastIndexOf('.');
        Variant.Builder arm = arms.get(dot < 0 ? key : key.substring(0, dot));
        if (arm == null || dot == key.length() - 1) {
          throw new IllegalArgumentException(
              "--change: '"
                  + key
                  + "' (expected: VARIANT.WHAT, with one of "
                  + arms.keySet()
                  + ")");
        }
        arm.putParameters(key.substring(dot + 1), value);
      });
      Experiment.Builder draft =
          Experiment.newBuilder()
              .setExperimentId(id)
              .setLayer(layer)
              .setTrafficBasisPoints((int) Math.round(traffic * 100))
              .setPrimaryMetric(metric)
              .setHypothesis(hypothesis)
              .addAllSegments(segments);
      arms.values().forEach(draft::addVariants);
      Experiment written =
          ask(
              parent.console(),
              session,
              stub ->
                  stub.createExperiment(
                          CreateExperimentRequest.newBuilder().setExperiment(draft).build())
                      .getExperiment());
      print(parent.console(), session, List.of(written));
      return Commands.DONE;
    }
  }

  /// Starts, pauses or ends an experiment.
  @Command(
      name = "state",
      description = "Set the state: running, paused or ended.",
      footer = "./proffer experiments state price running",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class State implements Callable<Integer> {
    /// States to go to.
    enum To {
      RUNNING,
      PAUSED,
      ENDED
    }

    @ParentCommand private ExperimentsCommand parent;
    @Mixin private SessionOptions session;

    @Parameters(index = "0", paramLabel = "ID", description = "The experiment.")
    private String id;

    @Parameters(index = "1", paramLabel = "STATE", description = "running, paused or ended.")
    private To to;

    @Override
    public Integer call() throws Exception {
      ExperimentState state =
          switch (to) {
            case RUNNING -> ExperimentState.EXPERIMENT_STATE_RUNNING;
            case PAUSED -> ExperimentState.EXPERIMENT_STATE_PAUSED;
            case ENDED -> ExperimentState.EXPERIMENT_STATE_ENDED;
          };
      Experiment written =
          ask(
              parent.console(),
              session,
              stub ->
                  stub.setExperimentState(
                          SetExperimentStateRequest.newBuilder()
                              .setExperimentId(id)
                              .setState(state)
                              .build())
                      .getExperiment());
      print(parent.console(), session, List.of(written));
      return Commands.DONE;
    }
  }

  /// Ramps an experiment.
  @Command(
      name = "ramp",
      description = "Give an experiment more or less of its layer.",
      footer = "./proffer experiments ramp price 20",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class Ramp implements Callable<Integer> {
    @ParentCommand private ExperimentsCommand parent;
    @Mixin private SessionOptions session;

    @Parameters(index = "0", paramLabel = "ID", description = "The experiment.")
    private String id;

    @Parameters(index = "1", paramLabel = "PERCENT", description = "Share of the layer.")
    private double percent;

    @Override
    public Integer call() throws Exception {
      Experiment written =
          ask(
              parent.console(),
              session,
              stub ->
                  stub.rampExperiment(
                          RampExperimentRequest.newBuilder()
                              .setExperimentId(id)
                              .setTrafficBasisPoints((int) Math.round(percent * 100))
                              .build())
                      .getExperiment());
      print(parent.console(), session, List.of(written));
      return Commands.DONE;
    }
  }

  /// What a running or ended experiment found.
  @Command(
      name = "report",
      description = "Say what an experiment found, or why nothing can be concluded.",
      footer = "./proffer experiments report price --html price.html",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class Report implements Callable<Integer> {
    @ParentCommand private ExperimentsCommand parent;
    @Mixin private SessionOptions session;

    @Parameters(paramLabel = "ID", description = "The experiment.")
    private String id;

    @Option(names = "--confidence", description = "Level of the intervals (default: 0.95).")
    private double confidence = .95;

    @Option(names = "--html", paramLabel = "FILE", description = "Write a page for people.")
    private @Nullable Path html;

    @Override
    public Integer call() throws Exception {
      Console console = parent.console();
      AnalyzeExperimentResponse response =
          ask(
              console,
              session,
              stub ->
                  stub.analyzeExperiment(
                      AnalyzeExperimentRequest.newBuilder()
                          .setExperimentId(id)
                          .setConfidence(confidence)
                          .build()));
      if (html != null) {
        Files.writeString(html, response.getReportHtml());
      }
      if (session.json()) {
        console.print(Texts.json(response.toBuilder().clearReportHtml().build()));
        return Commands.DONE;
      }
      Table table =
          new Table(
              "metric",
              "variant",
              ">units",
              ">control",
              ">variant",
              ">difference",
              ">low",
              ">high",
              "verdict");
      response
          .getComparisonsList()
          .forEach(comparison ->
              table.row(
                  comparison.getMetric(),
                  comparison.getVariant(),
                  comparison.getUnits(),
                  number(comparison.getControlMean()),
                  number(comparison.getVariantMean()),
                  number(comparison.getDifference()),
                  number(comparison.getLow()),
                  number(comparison.getHigh()),
                  comparison
                      .getVerdict()
                      .name()
                      .substring("VERDICT_".length())
                      .toLowerCase(Locale.ROOT)));
      table.printTo(console);
      if (!response.getRefusal().isEmpty()) {
        console.print("No conclusion: " + response.getRefusal() + ".");
      }
      return Commands.DONE;
    }
  }

  /// How long an experiment must run.
  @Command(
      name = "plan",
      description = "Say how many people and days an experiment needs.",
      footer = "./proffer experiments plan --mean 0.05 --effect 0.005 --per-day 4000",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class PlanOne implements Callable<Integer> {
    @ParentCommand private ExperimentsCommand parent;

    @Option(names = "--mean", required = true, description = "Mean of the metric now.")
    private double mean;

    @Option(
        names = "--deviation",
        description = "Its standard deviation (default: that of a share).")
    private double deviation;

    @Option(names = "--effect", required = true, description = "Least difference worth finding.")
    private double effect;

    @Option(names = "--per-day", required = true, description = "People a day in the experiment.")
    private double perDay;

    @Option(names = "--power", description = "Chance of finding it (default: 0.8).")
    private double power = .8;

    @Option(names = "--alpha", description = "Chance of a false finding (default: 0.05).")
    private double alpha = .05;

    @Option(names = "--variants", description = "Variants beside the control (default: 1).")
    private int variants = 1;

    @Option(names = "--json", description = "Print one JSON object as the last line.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
      double spread = deviation > 0 ? deviation : Math.sqrt(mean * (1 - mean));
      if (!(spread > 0)) {
        throw new IllegalArgumentException(
            "--deviation: it is needed when the mean is not a share between 0 and 1");
      }
      Plan plan = Plan.of(new Plan.Goal(spread, effect, alpha, power, .5, variants), perDay);
      parent
          .console()
          .print(
              String.format(
                  Locale.ROOT,
                  "%,d people in each arm, %,d days; %,d people of both arms when you look at any"
                      + " time",
                  plan.unitsVariant(),
                  plan.days(),
                  plan.unitsSequential()));
      if (json) {
        parent.console().print(new ObjectMapper().writeValueAsString(plan));
      }
      return Commands.DONE;
    }
  }

  /// A file of exposures.
  @Command(
      name = "analyze",
      description = "Analyse a file of exposures with outcomes: CSV, plain or gzip, or Parquet.",
      footer =
          "./proffer experiments analyze --file cats.csv.gz --unit userid --variant test_version"
              + " --metrics retention_7",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class AnalyzeFile implements Callable<Integer> {
    @ParentCommand private ExperimentsCommand parent;

    @Option(names = "--file", required = true, paramLabel = "FILE", description = "The file.")
    private Path file;

    @Option(names = "--unit", required = true, description = "Column of the person.")
    private String unit;

    @Option(names = "--variant", required = true, description = "Column of the variant.")
    private String variant;

    @Option(names = "--metrics", required = true, split = ",", description = "Columns of metrics.")
    private List<String> metrics;

    @Option(names = "--covariate", description = "Column of a value from before.")
    private String covariate = "";

    @Option(names = "--segment", description = "Column of the segment.")
    private String segment = "";

    @Option(
        names = "--weights",
        split = ",",
        paramLabel = "NAME=WEIGHT",
        description = "Planned weights, the control first (default: equal).")
    private Map<String, Double> weights = new LinkedHashMap<>();

    @Option(names = "--confidence", description = "Level of the intervals (default: 0.95).")
    private double confidence = .95;

    @Option(names = "--html", paramLabel = "FILE", description = "Write a page for people.")
    private @Nullable Path html;

    @Option(names = "--json", description = "Print one JSON object as the last line.")
    private boolean json;

    @Override
    public Integer call() throws IOException, SQLException {
      if (!Files.isReadable(file)) {
        throw new Failure(file + ": there is no such file");
      }
      long started = System.nanoTime();
      Analysis analysis =
          new ExposureFile(file, unit, variant, metrics, covariate, segment)
              .analyze(weights, confidence);
      double seconds = (System.nanoTime() - started) / 1e9;
      print(parent.console(), analysis);
      if (html != null) {
        Files.writeString(html, AnalysisPage.html(analysis));
      }
      if (json) {
        ObjectNode root = new ObjectMapper().valueToTree(analysis);
        parent.console().print(root.put("seconds", seconds).toString());
      }
      return Commands.DONE;
    }
  }

  /// A/A tests of a real metric.
  @Command(
      name = "aa",
      description = "Split real people at random again and again, and count false findings.",
      footer = "./proffer experiments aa --file cats.csv.gz --unit userid --metric retention_7",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class AaTest implements Callable<Integer> {
    @ParentCommand private ExperimentsCommand parent;

    @Option(names = "--file", required = true, paramLabel = "FILE", description = "The file.")
    private Path file;

    @Option(names = "--unit", required = true, description = "Column of the person.")
    private String unit;

    @Option(names = "--metric", required = true, description = "Column of the metric.")
    private String metric;

    @Option(names = "--splits", description = "How many splits (default: 2000).")
    private int splits = 2_000;

    @Option(names = "--looks", description = "Looks at each split (default: 20).")
    private int looks = 20;

    @Option(names = "--alpha", description = "Level of the tests (default: 0.05).")
    private double alpha = .05;

    @Option(names = "--seed", description = "Seed of the splits (default: 1).")
    private long seed = 1;

    @Option(names = "--json", description = "Print one JSON object as the last line.")
    private boolean json;

    @Override
    public Integer call() throws IOException, SQLException {
      if (!Files.isReadable(file)) {
        throw new Failure(file + ": there is no such file");
      }
      double[] values = ExposureFile.values(file, unit, metric);
      Rerandomisation.Rates rates =
          Rerandomisation.run(values, splits, looks, alpha, values.length / 2.0, seed);
      parent
          .console()
          .print(
              String.format(
                  Locale.ROOT,
                  "%,d people, %,d splits, %d looks: false findings of one look at the end %.2f %%,"
                      + " of stopping at the first look that seems to show something %.2f %%, of"
                      + " the sequential test %.2f %%",
                  values.length,
                  rates.splits(),
                  rates.looks(),
                  100 * rates.fixed(),
                  100 * rates.naive(),
                  100 * rates.sequential()));
      if (json) {
        parent.console().print(new ObjectMapper().writeValueAsString(rates));
      }
      return Commands.DONE;
    }
  }

  /// Experiments of which only running sums are known.
  @Command(
      name = "series",
      description =
          "Analyse series of counts, means and variances, as the ASOS data set holds them.",
      footer = "./proffer experiments series --file asos_digital_experiments_dataset.csv.gz",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class Series implements Callable<Integer> {
    @ParentCommand private ExperimentsCommand parent;

    @Option(names = "--file", required = true, paramLabel = "FILE", description = "The file.")
    private Path file;

    @Option(names = "--metric", description = "Only this metric (default: all).")
    private String metric = "";

    @Option(names = "--alpha", description = "Level of the tests (default: 0.05).")
    private double alpha = .05;

    @Option(names = "--json", description = "Print one JSON object as the last line.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
      if (!Files.isReadable(file)) {
        throw new Failure(file + ": there is no such file");
      }
      List<SummarySeries.Verdict> verdicts = SummarySeries.read(file, alpha);
      Table table =
          new Table(
              "experiment",
              "variant",
              "metric",
              ">units",
              ">split p",
              ">difference",
              ">fixed p",
              ">always-valid p",
              "fixed",
              "always-valid",
              ">decided at");
      Map<String, int[]> counts = new LinkedHashMap<>();
      for (SummarySeries.Verdict v : verdicts) {
        if (!metric.isEmpty() && !v.metric().equals(metric)) {
          continue;
        }
        table.row(
            v.experiment(),
            v.variant(),
            v.metric(),
            String.format(Locale.ROOT, "%,d", v.units()),
            String.format(Locale.ROOT, "%.4f", v.sampleRatioP()),
            number(v.difference()),
            String.format(Locale.ROOT, "%.4f", v.fixedP()),
            String.format(Locale.ROOT, "%.4f", v.alwaysValidP()),
            v.fixed(),
            v.sequential(),
            v.decidedAtDays() < 0 ? "-" : String.format(Locale.ROOT, "%.1f d", v.decidedAtDays()));
        counts.computeIfAbsent("fixed " + v.fixed(), _ -> new int[1])[0]++;
        counts.computeIfAbsent("always-valid " + v.sequential(), _ -> new int[1])[0]++;
      }
      table.printTo(parent.console());
      counts.forEach((name, count) -> parent.console().print(name + ": " + count[0]));
      if (json) {
        ObjectNode root = new ObjectMapper().createObjectNode();
        ObjectNode counted = root.putObject("counts");
        counts.forEach((name, count) -> counted.put(name, count[0]));
        root.set("verdicts", new ObjectMapper().valueToTree(verdicts));
        parent.console().print(root.toString());
      }
      return Commands.DONE;
    }
  }
}
