// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.console.Table;
import dev.proffer.app.engine.EngineSession;
import dev.proffer.app.reply.Texts;
import dev.proffer.featurestore.training.TrainingCsv;
import dev.proffer.featurestore.training.TrainingParquet;
import dev.proffer.proto.featurestore.v1.ApplyRegistryRequest;
import dev.proffer.proto.featurestore.v1.ApplyRegistryResponse;
import dev.proffer.proto.featurestore.v1.CheckConsistencyRequest;
import dev.proffer.proto.featurestore.v1.CheckConsistencyResponse;
import dev.proffer.proto.featurestore.v1.Compatibility;
import dev.proffer.proto.featurestore.v1.FeatureConsistency;
import dev.proffer.proto.featurestore.v1.FeatureQuality;
import dev.proffer.proto.featurestore.v1.FeatureRegistryServiceGrpc;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.featurestore.v1.GetFeatureQualityRequest;
import dev.proffer.proto.featurestore.v1.GetFeatureQualityResponse;
import dev.proffer.proto.featurestore.v1.GetRegistryRequest;
import dev.proffer.proto.featurestore.v1.InspectEntityRequest;
import dev.proffer.proto.featurestore.v1.InspectEntityResponse;
import dev.proffer.proto.featurestore.v1.InspectedView;
import dev.proffer.proto.featurestore.v1.PlanRegistryRequest;
import dev.proffer.proto.featurestore.v1.PlanRegistryResponse;
import dev.proffer.proto.featurestore.v1.RegistryChange;
import dev.proffer.proto.featurestore.v1.RollbackRegistryRequest;
import dev.proffer.proto.featurestore.v1.RollbackRegistryResponse;
import dev.proffer.proto.featurestore.v1.ValueType;
import dev.proffer.runtime.service.Peers;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/// What operators do with features.
@Command(
    name = "features",
    description =
        "Plan and apply declarations of features, look at an entity, export training rows.",
    footer = "./proffer features plan features.yaml",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      FeaturesCommand.Plan.class,
      FeaturesCommand.Apply.class,
      FeaturesCommand.Rollback.class,
      FeaturesCommand.Inspect.class,
      FeaturesCommand.Export.class,
      FeaturesCommand.Consistency.class,
      FeaturesCommand.Quality.class
    })
final class FeaturesCommand implements Callable<Integer> {
  private final Console console;

  FeaturesCommand(Console console) {
    this.console = console;
  }

  Console console() {
    return console;
  }

  @Override
  public Integer call() {
    console.say("features: name what to do, such as 'features plan FILE'");
    return Commands.WRONG_USE;
  }

  private static void print(Console console, List<RegistryChange> changes) {
    Table table = new Table("subject", "change", "class", "feature sets", "models");
    for (RegistryChange change : changes) {
      table.row(
          change.getSubject(),
          change.getChange(),
          nameOf(change.getCompatibility()),
          String.join(", ", change.getAffectedFeatureSetsList()),
          String.join(", ", change.getAffectedModelsList()));
    }
    table.lines().forEach(console::print);
  }

  private static String nameOf(Compatibility compatibility) {
    return compatibility.name().substring("COMPATIBILITY_".length()).toLowerCase(Locale.ROOT);
  }

  /// What a declaration would change.
  @Command(
      name = "plan",
      description = "Show what a declaration would change, and change nothing.",
      footer = "./proffer features plan features.yaml",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class Plan implements Callable<Integer> {
    @ParentCommand private FeaturesCommand parent;
    @Mixin private SessionOptions session;

    @Parameters(paramLabel = "FILE", description = "The declaration (YAML).")
    private Path file;

    @Override
    public Integer call() throws Exception {
      Console console = parent.console();
      try (EngineSession engine = session.open(console, Peers.FEATURE_STORE)) {
        PlanRegistryResponse plan =
            FeatureRegistryServiceGrpc.newBlockingStub(engine.channel(Peers.FEATURE_STORE))
                .planRegistry(
                    PlanRegistryRequest.newBuilder().setYaml(Files.readString(file)).build());
        if (plan.getChangesCount() == 0) {
          console.print("nothing would change");
        } else {
          print(console, plan.getChangesList());
          console.print("worst class: " + nameOf(plan.getCompatibility()));
        }
        if (session.json()) {
          console.print(Texts.json(plan));
        }
        return plan.getCompatibility() == Compatibility.COMPATIBILITY_REFUSED
            ? Commands.FAILED
            : Commands.DONE;
      }
    }
  }

  /// Makes a declaration live.
  @Command(
      name = "apply",
      description = "Make a declaration live, all of it or nothing.",
      footer = "./proffer features apply features.yaml",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class Apply implements Callable<Integer> {
    @ParentCommand private FeaturesCommand parent;
    @Mixin private SessionOptions session;

    @Parameters(paramLabel = "FILE", description = "The declaration (YAML).")
    private Path file;

    @Option(
        names = "--expect",
        paramLabel = "VERSION",
        description = "Refuse unless this version is live (default: any).")
    private int expected;

    @Override
    public Integer call() throws Exception {
      Console console = parent.console();
      try (EngineSession engine = session.open(console, Peers.FEATURE_STORE)) {
        ApplyRegistryResponse applied =
            FeatureRegistryServiceGrpc.newBlockingStub(engine.channel(Peers.FEATURE_STORE))
                .applyRegistry(
                    ApplyRegistryRequest.newBuilder()
                        .setYaml(Files.readString(file))
                        .setExpectedVersion(expected)
                        .build());
        if (applied.getChangesCount() > 0) {
          print(console, applied.getChangesList());
        }
        console.print("version " + applied.getVersion() + " is live");
        if (session.json()) {
          console.print(Texts.json(applied));
        }
        return Commands.DONE;
      }
    }
  }

  /// Makes an earlier version live again.
  @Command(
      name = "rollback",
      description = "Make an earlier version of the declarations live again.",
      footer = "./proffer features rollback 3",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class Rollback implements Callable<Integer> {
    @ParentCommand private FeaturesCommand parent;
    @Mixin private SessionOptions session;

    @Parameters(paramLabel = "VERSION", description = "The version to go back to.")
    private int version;

    @Override
    public Integer call() throws Exception {
      Console console = parent.console();
      try (EngineSession engine = session.open(console, Peers.FEATURE_STORE)) {
        RollbackRegistryResponse live =
            FeatureRegistryServiceGrpc.newBlockingStub(engine.channel(Peers.FEATURE_STORE))
                .rollbackRegistry(RollbackRegistryRequest.newBuilder().setVersion(version).build());
        console.print("version " + live.getVersion() + " is live");
        if (session.json()) {
          console.print(Texts.json(live));
        }
        return Commands.DONE;
      }
    }
  }

  /// Shows an entity.
  @Command(
      name = "inspect",
      description = "Show every stored value of one entity with its age and version.",
      footer = "./proffer features inspect user:17850",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class Inspect implements Callable<Integer> {
    @ParentCommand private FeaturesCommand parent;
    @Mixin private SessionOptions session;

    @Parameters(paramLabel = "ENTITY:ID", description = "Such as user:17850 or item:85123A.")
    private String entity;

    @Override
    public Integer call() throws Exception {
      int colon = entity.indexOf(':');
      if (colon < 1 || colon == entity.length() - 1) {
        throw new IllegalArgumentException(
            "ENTITY:ID: '" + entity + "' (expected: such as user:17850)");
      }
      Console console = parent.console();
      try (EngineSession engine = session.open(console, Peers.FEATURE_STORE)) {
        InspectEntityResponse seen =
            FeatureStoreServiceGrpc.newBlockingStub(engine.channel(Peers.FEATURE_STORE))
                .inspectEntity(
                    InspectEntityRequest.newBuilder()
                        .setEntity(entity.substring(0, colon))
                        .setEntityId(entity.substring(colon + 1))
                        .build());
        Table table = new Table("view", "feature", "value", "status", "age", ">version");
        for (InspectedView view : seen.getViewsList()) {
          String status =
              view.getStatus().name().substring("ROW_STATUS_".length()).toLowerCase(Locale.ROOT);
          String age =
              view.getEventTimeUnixMs() == 0
                  ? ""
                  : Duration.ofSeconds(view.getAgeMs() / 1000).toString().substring(2)
                      + " ("
                      + Instant.ofEpochMilli(view.getEventTimeUnixMs())
                      + ")";
          if (view.getValuesCount() == 0) {
            table.row(view.getFeatureView(), "", "", status, age, view.getSchemaVersion());
          }
          view.getValuesMap().entrySet().stream()
              .sorted(Map.Entry.comparingByKey())
              .forEach(value ->
                  table.row(
                      view.getFeatureView(),
                      value.getKey(),
                      TrainingCsv.textOf(value.getValue()),
                      status,
                      age,
                      view.getSchemaVersion()));
        }
        table.lines().forEach(console::print);
        if (session.json()) {
          console.print(Texts.json(seen));
        }
        return Commands.DONE;
      }
    }
  }

  /// Joins labels to features.
  @Command(
      name = "export",
      description = "Join labels to features as they were known just before each label's time.",
      footer =
          "./proffer features export --feature-set ranker --labels labels.csv --out rows.csv"
              + " (labels: context,candidate,unix ms,label; --out rows.parquet writes Parquet)",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class Export implements Callable<Integer> {
    @ParentCommand private FeaturesCommand parent;
    @Mixin private SessionOptions session;

    @Option(names = "--feature-set", required = true, description = "The feature set.")
    private String set;

    @Option(
        names = "--labels",
        required = true,
        paramLabel = "FILE",
        description = "Lines of context,candidate,unix ms,label.")
    private Path labels;

    @Option(
        names = "--out",
        required = true,
        paramLabel = "FILE",
        description = "File to write: Parquet when its name ends so, otherwise CSV.")
    private Path out;

    @Override
    public Integer call() throws Exception {
      Console console = parent.console();
      try (EngineSession engine = session.open(console, Peers.FEATURE_STORE);
          BufferedReader lines = Files.newBufferedReader(labels)) {
        FeatureStoreServiceGrpc.FeatureStoreServiceBlockingStub store =
            FeatureStoreServiceGrpc.newBlockingStub(engine.channel(Peers.FEATURE_STORE));
        long written;
        if (out.toString().endsWith(".parquet")) {
          try (TrainingParquet rows = new TrainingParquet(out, types(engine))) {
            written = TrainingCsv.export(store, set, lines, rows);
          }
        } else {
          try (BufferedWriter rows = Files.newBufferedWriter(out)) {
            written = TrainingCsv.export(store, set, lines, rows);
          }
        }
        console.print(written + " rows in " + out);
        return Commands.DONE;
      }
    }

    private static Map<String, ValueType> types(EngineSession engine) {
      Map<String, ValueType> types = new HashMap<>();
      FeatureRegistryServiceGrpc.newBlockingStub(engine.channel(Peers.FEATURE_STORE))
          .getRegistry(GetRegistryRequest.getDefaultInstance())
          .getFeatureViewsList()
          .forEach(view ->
              view.getFeaturesList()
                  .forEach(feature ->
                      types.put(view.getName() + ":" + feature.getName(), feature.getType())));
      return types;
    }
  }

  /// Compares what was served with a replay.
  @Command(
      name = "consistency",
      description = "Compare what was served with what a point-in-time replay gives.",
      footer = "./proffer features consistency --feature-set ranker",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class Consistency implements Callable<Integer> {
    @ParentCommand private FeaturesCommand parent;
    @Mixin private SessionOptions session;

    @Option(names = "--feature-set", required = true, description = "The feature set.")
    private String set;

    @Option(names = "--rows", description = "Rows to compare, the newest (default: 10000).")
    private int rows;

    @Override
    public Integer call() throws Exception {
      Console console = parent.console();
      try (EngineSession engine = session.open(console, Peers.FEATURE_STORE)) {
        CheckConsistencyResponse checked =
            FeatureStoreServiceGrpc.newBlockingStub(engine.channel(Peers.FEATURE_STORE))
                .checkConsistency(
                    CheckConsistencyRequest.newBuilder()
                        .setFeatureSet(set)
                        .setRowsMax(rows)
                        .build());
        Table table =
            new Table(
                "feature",
                ">compared",
                ">mismatched",
                ">missing served",
                ">missing replayed",
                ">SMAPE");
        for (FeatureConsistency feature : checked.getFeaturesList()) {
          table.row(
              feature.getFeature(),
              feature.getCompared(),
              feature.getMismatched(),
              feature.getMissingServed(),
              feature.getMissingReplayed(),
              String.format(Locale.ROOT, "%.6f", feature.getSmape()));
        }
        table.lines().forEach(console::print);
        console.print(
            checked.getRows()
                + " rows compared, "
                + checked.getOtherVersions()
                + " of other versions of the set left out");
        if (session.json()) {
          console.print(Texts.json(checked));
        }
        return Commands.DONE;
      }
    }
  }

  /// How values look.
  @Command(
      name = "quality",
      description = "Show what is missing, ranges, quantiles, ages and drift of served features.",
      footer = "./proffer features quality item_activity",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class Quality implements Callable<Integer> {
    @ParentCommand private FeaturesCommand parent;
    @Mixin private SessionOptions session;

    @Parameters(
        paramLabel = "VIEW",
        arity = "0..1",
        defaultValue = "",
        description = "Only this view (default: all).")
    private String view;

    @Option(
        names = "--make-baseline",
        description = "Measure drift from now on against the values seen until now.")
    private boolean makeBaseline;

    @Override
    public Integer call() throws Exception {
      Console console = parent.console();
      try (EngineSession engine = session.open(console, Peers.FEATURE_STORE)) {
        GetFeatureQualityResponse seen =
            FeatureStoreServiceGrpc.newBlockingStub(engine.channel(Peers.FEATURE_STORE))
                .getFeatureQuality(
                    GetFeatureQualityRequest.newBuilder()
                        .setFeatureView(view)
                        .setMakeBaseline(makeBaseline)
                        .build());
        Table table =
            new Table(
                "feature",
                ">rows",
                ">null",
                ">default",
                ">min",
                ">p5",
                ">p50",
                ">p95",
                ">max",
                ">age p50 s",
                ">PSI");
        for (FeatureQuality feature : seen.getFeaturesList()) {
          List<Double> quantiles = feature.getQuantilesList();
          boolean numbers = !quantiles.isEmpty();
          table.row(
              feature.getFeature(),
              feature.getRows(),
              percent(feature.getNullRate()),
              percent(feature.getDefaultedRate()),
              number(numbers, feature.getMin()),
              number(numbers, numbers ? quantiles.get(1) : 0),
              number(numbers, numbers ? quantiles.get(3) : 0),
              number(numbers, numbers ? quantiles.get(5) : 0),
              number(numbers, feature.getMax()),
              String.format(Locale.ROOT, "%.0f", feature.getAgeSecondsP50()),
              number(!Double.isNaN(feature.getPsi()), feature.getPsi()));
        }
        table.lines().forEach(console::print);
        if (seen.getFeaturesCount() == 0) {
          console.print(
              "nothing was sampled yet; features.served-share says how much of what is served is");
        }
        if (session.json()) {
          console.print(Texts.json(seen));
        }
        return Commands.DONE;
      }
    }

    private static String percent(double share) {
      return String.format(Locale.ROOT, "%.1f%%", share * 100);
    }

    private static String number(boolean known, double number) {
      return known ? String.format(Locale.ROOT, "%.4g", number) : "";
    }
  }
}
