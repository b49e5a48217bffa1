// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.engine;

import dev.proffer.app.console.Failure;
import dev.proffer.app.web.WebEdge;
import dev.proffer.app.web.WebSettings;
import dev.proffer.runtime.grpc.GrpcHost;
import dev.proffer.runtime.grpc.GrpcSettings;
import dev.proffer.runtime.grpc.PeerChannels;
import dev.proffer.runtime.redis.EmbeddedRedis;
import dev.proffer.runtime.redis.RedisSettings;
import dev.proffer.runtime.service.Peers;
import dev.proffer.runtime.service.RunningService;
import dev.proffer.runtime.service.RunningService.Shortcoming;
import dev.proffer.runtime.service.ServiceContext;
import dev.proffer.runtime.service.ServiceModule;
import dev.proffer.runtime.settings.Settings;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.ServiceDescriptor;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// The services of one process, wired: their data folder, their redis-server, one gRPC port, and
/// the web edge.
///
/// It owns everything it starts. [#close] drains the port first and then stops the rest in reverse
/// order; it may be called from any thread and more than once, and it is called when the process is
/// told to end.
public final class Engine implements AutoCloseable {
  private final Parts parts;
  private final Settings settings;
  private final Peers peers;
  private final Map<String, RunningService> services;
  private final EngineAddress address;
  private final Optional<EmbeddedRedis> redis;

  private Engine(
      Parts parts,
      Settings settings,
      Peers peers,
      Map<String, RunningService> services,
      EngineAddress address,
      Optional<EmbeddedRedis> redis) {
    this.parts = parts;
    this.settings = settings;
    this.peers = peers;
    this.services = services;
    this.address = address;
    this.redis = redis;
  }

  /// Starts what the plan says. When a part cannot start, those before it are stopped again.
  public static Engine start(EnginePlan plan) throws Exception {
    Parts parts = Parts.stoppedWithTheProcess();
    try {
      return start(plan, parts);
    } catch (Throwable e) {
      parts.close();
      throw e;
    }
  }

  private static Engine start(EnginePlan plan, Parts parts) throws Exception {
    List<ServiceModule> modules = new ArrayList<>();
    for (String name : plan.services()) {
      modules.add(module(plan, name));
    }
    // Reads everything once before anything starts, so that a bad setting costs nothing.
    Settings asked = EngineSettings.read(plan.modules(), plan.services(), plan.texts());

    DataFolder.Owned folder = parts.add("data folder", plan.folder().own());
    Optional<EmbeddedRedis> redis = Optional.empty();
    Settings settings = asked;
    if (needsOwnRedis(modules, asked)) {
      EmbeddedRedis server =
          parts.add("redis-server", EmbeddedRedis.start(folder.path().resolve("redis")));
      Map<String, String> texts = new HashMap<>(plan.texts());
      texts.put(RedisSettings.URI.key(), server.uri());
      settings = EngineSettings.read(plan.modules(), plan.services(), texts);
      redis = Optional.of(server);
    }

    PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    parts.add("metrics", meters::close);
    measureJvm(meters, parts);
    String transport = "engine-" + UUID.randomUUID();
    PeerChannels peers =
        parts.add("peers", new PeerChannels(settings, Set.copyOf(plan.services()), transport));
    ServiceContext context =
        new ServiceContext(settings, folder.path(), peers, meters, Clock.systemUTC());
    Map<String, RunningService> services = new LinkedHashMap<>();
    List<BindableService> handlers = new ArrayList<>();
    for (ServiceModule module : modules) {
      RunningService service = parts.add(module.name(), module.start(context));
      services.put(module.name(), service);
      handlers.addAll(service.services());
    }
    GrpcHost host = parts.add("gRPC port", GrpcHost.start(settings, transport, handlers, meters));
    peers.hostedServicesAnswer();
    String web = "";
    if (settings.get(WebSettings.ENABLED)) {
      ManagedChannel channel = InProcessChannelBuilder.forName(transport).build();
      parts.add("channel of the web edge", channel::shutdownNow);
      List<ServiceDescriptor> descriptors =
          handlers.stream().map(h -> h.bindService().getServiceDescriptor()).toList();
      WebEdge edge =
          WebEdge.start(settings, channel, descriptors, meters::scrape, () -> status(services));
      web = parts.add("web edge", edge).address();
    }
    EngineAddress address =
        new EngineAddress(
            ProcessHandle.current().pid(),
            settings.get(GrpcSettings.HOST) + ":" + host.port(),
            web,
            plan.services());
    services.values().forEach(RunningService::warmUp);
    folder.announce(address);
    host.serving();
    return new Engine(parts, settings, peers, services, address, redis);
  }

  public EngineAddress address() {
    return address;
  }

  public Settings settings() {
    return settings;
  }

  /// Channels to the services, hosted here or elsewhere.
  public Peers peers() {
    return peers;
  }

  /// The redis-server of our own, when there is one.
  public Optional<EmbeddedRedis> redis() {
    return redis;
  }

  /// The services that are hosted here.
  public Collection<RunningService> services() {
    return services.values();
  }

  /// What each hosted service lacks, by its name; an empty list says that all is well.
  public Map<String, List<Shortcoming>> status() {
    return status(services);
  }

  @Override
  public void close() {
    parts.close();
  }

  private static ServiceModule module(EnginePlan plan, String name) {
    return plan.modules()
        .module(name)
        .orElseThrow(() ->
            new Failure(
                name
                    + ": this installation does not have that service (it has "
                    + String.join(", ", plan.modules().names())
                    + ")"));
  }

  private static boolean needsOwnRedis(List<ServiceModule> modules, Settings settings) {
    return modules.stream().anyMatch(module -> module.settings().contains(RedisSettings.URI))
        && settings.get(RedisSettings.URI).equals("embedded");
  }

  private static Map<String, List<Shortcoming>> status(Map<String, RunningService> services) {
    Map<String, List<Shortcoming>> status = new LinkedHashMap<>();
    services.forEach((name, service) -> status.put(name, service.shortcomings()));
    return status;
  }

  private static void measureJvm(MeterRegistry meters, Parts parts) {
    new JvmMemoryMetrics().bindTo(meters);
    new JvmThreadMetrics().bindTo(meters);
    new ProcessorMetrics().bindTo(meters);
    JvmGcMetrics gc = parts.add("metrics of garbage collection", new JvmGcMetrics());
    gc.bindTo(meters);
  }
}
