// SPDX-License-Identifier: Apache-2.0
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.proffer.proto.featurestore.v1.ApplyRegistryRequest;
import dev.proffer.proto.featurestore.v1.FeatureRegistryServiceGrpc;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc;
import dev.proffer.proto.promotion.v1.UpsertPromotionsRequest;
import dev.proffer.proto.ranker.v1.CatalogueServiceGrpc;
import dev.proffer.proto.ranker.v1.UpsertItemsRequest;
import dev.proffer.proto.ranker.v1.UpsertMembersRequest;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Runs one scenario with the clients of several languages against one fresh server, and compares what they report: each
/// with what the scenario expects, and all with each other, field by field.
///
/// Arguments: the folder of the built distribution, the folder for what is written, the languages of the chatbot ("none"
/// when it has no models), and for each run `name=command …`, the command being given the gRPC address, the web address, the scenario, the name of the run
/// and the file to write.
final class Conformance {
  private static final ObjectMapper JSON = new ObjectMapper();
  /// The run of the tests in a browser.
  private static final String PAGES = "pages-in-chromium";
  private static final long START_MAX_MS = 300_000;
  private static final long RUN_MAX_MS = 300_000;
  private static final int LOAD_MAX_SECONDS = 60;
  // Figures of 32 bits, and sums in another order.
  private static final double TOLERANCE = 1e-6;

  private final Path dist;
  private final Path work;
  private final String languages;
  private final boolean hasChatbot;
  private final Set<String> volatileFields = new TreeSet<>();
  private final List<String> faults = new ArrayList<>();

  private Conformance(Path dist, Path work, String languages) {
    this.dist = dist;
    this.work = work;
    this.languages = languages;
    this.hasChatbot = !languages.equals("none");
  }

  public static void main(String[] arguments) throws Exception {
    Conformance conformance =
        new Conformance(Path.of(arguments[0]), Path.of(arguments[1]), arguments[2]);
    Map<String, List<String>> runs = new LinkedHashMap<>();
    for (String argument : List.of(arguments).subList(3, arguments.length)) {
      String[] parts = argument.split("=", 2);
      runs.put(parts[0], List.of(parts[1].split(" ")));
    }
    System.exit(conformance.run(Path.of("conformance"), runs) ? 0 : 1);
  }

  private boolean run(Path folder, Map<String, List<String>> runs) throws Exception {
    // Runs that only have to end well, such as quick starts.
    Map<String, List<String>> programs = new LinkedHashMap<>(runs);
    programs.keySet().removeIf(name -> !name.startsWith("quick-start-") && !name.equals(PAGES));
    runs.keySet().removeAll(programs.keySet());
    JsonNode scenario = JSON.readTree(folder.resolve("scenario.json").toFile());
    scenario.get("volatile").forEach(field -> volatileFields.add(field.asText()));
    List<JsonNode> steps = new ArrayList<>();
    for (JsonNode step : scenario.get("steps")) {
      if (hasChatbot || !step.path("needs").asText().equals("chatbot")) {
        steps.add(step);
      }
    }
    if (!hasChatbot) {
      say("SKIPPED the steps of the chatbot, because its models are not here (./proffer models)");
    }
    ((ObjectNode) scenario).set("steps", JSON.valueToTree(steps));
    Path file = work.resolve("scenario.json");
    Files.createDirectories(work);
    JSON.writeValue(file.toFile(), scenario);

    Process server = startServer();
    try {
      Properties address = awaitAddress(server);
      load(address.getProperty("grpc"), JSON.readTree(folder.resolve("shop.json").toFile()));
      Map<String, JsonNode> results = new LinkedHashMap<>();
      for (Map.Entry<String, List<String>> run : runs.entrySet()) {
        Path out = run(run.getKey(), run.getValue(), address, file);
        if (out != null) {
          results.put(run.getKey(), JSON.readTree(Files.readString(out).replace(runName(run.getKey()), "${run}")));
        }
      }
      for (Map.Entry<String, List<String>> program : programs.entrySet()) {
        if (run(program.getKey(), program.getValue(), address, file) != null) {
          say(program.getKey() + (program.getKey().equals(PAGES) ? ": all is well" : " works as its README has it"));
        }
      }
      compare(steps, results);
      faults.forEach(fault -> say("NOT WELL: " + fault));
      if (faults.isEmpty() && !results.isEmpty()) {
        say(String.join(", ", results.keySet()) + " agree with the scenario and each other in all of " + steps.size() + " steps");
      }
      return faults.isEmpty() && results.size() == runs.size();
    } finally {
      server.destroy();
      if (!server.waitFor(20, TimeUnit.SECONDS)) {
        server.destroyForcibly();
      }
    }
  }

  private Process startServer() throws IOException {
    Path data = work.resolve("data");
    if (Files.exists(data)) {
      try (Stream<Path> old = Files.walk(data)) {
        for (Path each : old.sorted((a, b) -> b.compareTo(a)).toList()) {
          Files.delete(each);
        }
      }
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx2g",
                "--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow", "-cp", dist.resolve("lib/proffer-app.jar").toString(),
                "dev.proffer.app.Main", "serve", "--data", data.toString(),
                "--set", "grpc.port=0", "--set", "web.port=0", "--set", "web.demo-pages=true",
                // What is compared must not be chosen by chance.
                "--set", "ranker.exploration-epsilon=0"));
    command.addAll(hasChatbot ? List.of("--set", "chatbot.languages=" + languages) : List.of("--services", "feature-store,ranker"));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(work.resolve("server.log").toFile())
        .start();
  }

  private Properties awaitAddress(Process server) throws IOException, InterruptedException {
    Path file = work.resolve("data/engine.address");
    long end = System.currentTimeMillis() + START_MAX_MS;
    while (!Files.exists(file)) {
      if (!server.isAlive() || System.currentTimeMillis() > end) {
        throw new IOException("the server did not start; " + work.resolve("server.log") + " says why");
      }
      Thread.sleep(50);
    }
    Properties address = new Properties();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      address.load(reader);
    }
    return address;
  }

  private void load(String address, JsonNode shop) throws IOException, InterruptedException {
    ManagedChannel channel = Grpc.newChannelBuilder(address, InsecureChannelCredentials.create()).build();
    try {
      CatalogueServiceGrpc.CatalogueServiceBlockingStub catalogue =
          CatalogueServiceGrpc.newBlockingStub(channel).withDeadlineAfter(LOAD_MAX_SECONDS, TimeUnit.SECONDS);
      catalogue.upsertItems(read(shop.get("items"), UpsertItemsRequest.newBuilder()));
      catalogue.upsertMembers(read(shop.get("members"), UpsertMembersRequest.newBuilder()));
      PromotionServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(LOAD_MAX_SECONDS, TimeUnit.SECONDS)
          .upsertPromotions(read(shop.get("promotions"), UpsertPromotionsRequest.newBuilder()));
      FeatureRegistryServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(LOAD_MAX_SECONDS, TimeUnit.SECONDS)
          .applyRegistry(ApplyRegistryRequest.newBuilder().setYaml(registry(shop)).build());
    } finally {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }

  /// The features that a new server has, and those of the scenario.
  private static String registry(JsonNode shop) throws IOException {
    try (InputStream file =
        Conformance.class.getClassLoader().getResourceAsStream("dev/proffer/featurestore/default-features.yaml")) {
      String usual = new String(file.readAllBytes(), StandardCharsets.UTF_8);
      return usual.replace("\nsets:", "\n" + lines(shop.get("views")) + "\nsets:") + lines(shop.get("sets"));
    }
  }

  private static String lines(JsonNode texts) {
    StringBuilder lines = new StringBuilder();
    texts.forEach(text -> lines.append(text.asText()).append('\n'));
    return lines.toString();
  }

  @SuppressWarnings("unchecked")
  private static <M extends Message> M read(JsonNode json, Message.Builder into) throws IOException {
    JsonFormat.parser().merge(json.toString(), into);
    return (M) into.build();
  }

  /// A text that stands in no reply by itself.
  private static String runName(String name) {
    return "run-of-" + name + "-here";
  }

  /// The file that the run wrote; null when it failed.
  private Path run(String name, List<String> command, Properties address, Path scenario)
      throws IOException, InterruptedException {
    Path out = work.resolve(name + ".json");
    Files.deleteIfExists(out);
    List<String> whole = new ArrayList<>(command);
    whole.addAll(
        List.of(
            "http://" + address.getProperty("grpc"), address.getProperty("web"),
            scenario.toAbsolutePath().toString(), runName(name), out.toAbsolutePath().toString()));
    Path log = work.resolve(name + ".log");
    Process process = new ProcessBuilder(whole).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    boolean ended = process.waitFor(RUN_MAX_MS, TimeUnit.MILLISECONDS);
    process.destroyForcibly();
    if (!ended || process.exitValue() != 0 || !Files.exists(out)) {
      say(Files.readString(log));
      faults.add(name + ": " + (ended ? "failed" : "did not end in time"));
      return null;
    }
    return out;
  }

  private void compare(List<JsonNode> steps, Map<String, JsonNode> results) {
    String first = null;
    for (Map.Entry<String, JsonNode> run : results.entrySet()) {
      if (run.getValue().size() != steps.size()) {
        faults.add(run.getKey() + ": reports " + run.getValue().size() + " of " + steps.size() + " steps");
        continue;
      }
      for (int i = 0; i < steps.size(); i++) {
        String step = steps.get(i).get("name").asText();
        JsonNode result = run.getValue().get(i);
        expect(run.getKey() + ", " + step, steps.get(i).get("expect"), result);
        if (first != null) {
          Set<String> left = new TreeSet<>(volatileFields);
          steps.get(i).path("volatile").forEach(field -> left.add(field.asText()));
          same(run.getKey() + " against " + first + ", " + step, left, results.get(first).get(i), result);
        }
      }
      first = first == null ? run.getKey() : first;
    }
  }

  /// Whether what is expected is a part of the result.
  private void expect(String where, JsonNode expected, JsonNode result) {
    if (expected.isObject() && expected.has("$length")) {
      if (!result.isArray() || result.size() != expected.get("$length").asInt()) {
        faults.add(where + ": has " + result.size() + " entries (expected " + expected.get("$length") + ")");
      }
    } else if (expected.isObject() && expected.has("$startsWith")) {
      if (!result.asText().startsWith(expected.get("$startsWith").asText())) {
        faults.add(where + ": " + shown(result) + " (expected to start with " + expected.get("$startsWith") + ")");
      }
    } else if (expected.isObject() && result.isObject()) {
      expected.properties().forEach(field ->
          expect(where + "." + field.getKey(), field.getValue(), result.path(field.getKey())));
    } else if (expected.isArray() && result.isArray() && expected.size() == result.size()) {
      for (int i = 0; i < expected.size(); i++) {
        expect(where + "[" + i + "]", expected.get(i), result.get(i));
      }
    } else if (!equal(expected, result)) {
      faults.add(where + ": " + shown(result) + " (expected " + shown(expected) + ")");
    }
  }

  /// Whether two results are the same, but for fields that may differ.
  private void same(String where, Set<String> left, JsonNode one, JsonNode other) {
    if (one.isObject() && other.isObject()) {
      Set<String> fields = new TreeSet<>();
      for (Iterator<String> names = one.fieldNames(); names.hasNext(); ) {
        fields.add(names.next());
      }
      for (Iterator<String> names = other.fieldNames(); names.hasNext(); ) {
        fields.add(names.next());
      }
      fields.removeAll(left);
      fields.forEach(field -> same(where + "." + field, left, one.path(field), other.path(field)));
    } else if (one.isArray() && other.isArray() && one.size() == other.size()) {
      for (int i = 0; i < one.size(); i++) {
        same(where + "[" + i + "]", left, one.get(i), other.get(i));
      }
    } else if (!equal(one, other)) {
      faults.add(where + ": " + shown(other) + " against " + shown(one));
    }
  }

  private static boolean equal(JsonNode one, JsonNode other) {
    if (one.isNumber() && other.isNumber()) {
      double a = one.asDouble();
      double b = other.asDouble();
      return Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.max(Math.abs(a), Math.abs(b)));
    }
    return one.equals(other);
  }

  private static String shown(JsonNode node) {
    String text = node.isMissingNode() ? "nothing" : node.toString();
    return text.length() <= 300 ? text : text.substring(0, 300) + "…";
  }

  private static void say(String text) {
    System.err.println("conformance: " + text);
  }
}
