// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.engine;

import dev.proffer.app.console.Failure;
import dev.proffer.app.logging.Logging;
import dev.proffer.runtime.grpc.Caller;
import dev.proffer.runtime.grpc.GrpcSettings;
import dev.proffer.runtime.grpc.PeerChannels;
import dev.proffer.runtime.service.Peers;
import dev.proffer.runtime.settings.Settings;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// A command's way to the services, wherever they run: at an address, in the server of a data
/// folder, at the configured addresses of peers, or, when there is none of these, in this process
/// for as long as the session is open.
public final class EngineSession implements AutoCloseable {
  private static final List<String> ALL = List.of(Peers.FEATURE_STORE, Peers.RANKER, Peers.CHATBOT);

  // A person waits longer for a command than a service does for its peer.
  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final Duration OWNER_WAIT_MAX = Duration.ofSeconds(60);

  private final Peers peers;
  private final Runnable stop;
  private final boolean hosting;

  private EngineSession(Peers peers, Runnable stop, boolean hosting) {
    this.peers = peers;
    this.stop = stop;
    this.hosting = hosting;
  }

  /// The server at `host:port`, which hosts everything or knows who does.
  public static EngineSession at(String address) {
    if (!address.matches("[^\\s]*[^\\s:]:\\d{1,5}")) {
      throw new IllegalArgumentException(
          "--server: '" + address + "' (expected: host:port, such as 127.0.0.1:9090)");
    }
    Map<String, String> texts = new HashMap<>();
    for (String service : ALL) {
      texts.put("peers." + service, address);
    }
    return overNetwork(Settings.of(GrpcSettings.all(), texts));
  }

  /// The services that belong to a data folder.
  ///
  /// @param say is told in one line when the services are hosted here
  public static EngineSession on(
      DataFolder folder,
      Map<String, String> texts,
      ServiceModules modules,
      List<String> services,
      Consumer<String> say)
      throws Exception {
    Optional<EngineAddress> server = awaitOwner(folder, say);
    if (server.isPresent()) {
      return at(hosting(server.get(), services).grpc());
    }
    Settings settings = EngineSettings.read(modules, List.of(), texts);
    if (services.stream().allMatch(service -> isConfigured(settings, service))) {
      return overNetwork(settings);
    }
    say.accept(
        "no server runs on "
            + folder.path()
            + ": hosting "
            + String.join(", ", services)
            + " for this command");
    Map<String, String> own = new HashMap<>(texts);
    own.put(GrpcSettings.PORT.key(), "0");
    own.put("web.enabled", "false");
    Logging.configure(
        settings, folder.path(), Optional.of(folder.path().resolve("log/proffer.log")));
    Engine engine = Engine.start(new EnginePlan(folder, services, modules, own));
    return new EngineSession(engine.peers(), engine::close, true);
  }

  /// The server of the folder. One that is still starting has the folder but no address yet, and a
  /// command that has it will soon be over: both are waited for.
  private static Optional<EngineAddress> awaitOwner(DataFolder folder, Consumer<String> say)
      throws IOException, InterruptedException {
    Optional<EngineAddress> server = folder.server();
    if (server.isPresent() || !folder.isOwned()) {
      return server;
    }
    say.accept("waiting for the server or command that has " + folder.path());
    long deadline = System.nanoTime() + OWNER_WAIT_MAX.toNanos();
    while (server.isEmpty() && folder.isOwned() && System.nanoTime() < deadline) {
      Thread.sleep(100);
      server = folder.server();
    }
    return server;
  }

  /// The channel to a service. Unary calls that set no deadline get one of half a minute; all carry
  /// the name of who sits at the terminal, for audit trails.
  public Channel channel(String service) {
    Metadata headers = new Metadata();
    headers.put(Caller.HEADER, System.getProperty("user.name", Caller.ANONYMOUS));
    return ClientInterceptors.intercept(
        peers.channel(service),
        new DefaultDeadline(DEADLINE),
        MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  /// Whether the services run in this process.
  public boolean isHosting() {
    return hosting;
  }

  @Override
  public void close() {
    stop.run();
  }

  private static EngineSession overNetwork(Settings settings) {
    PeerChannels channels = new PeerChannels(settings, Set.of(), "no-service-is-hosted-here");
    return new EngineSession(channels, channels::close, false);
  }

  private static EngineAddress hosting(EngineAddress server, List<String> services) {
    for (String service : services) {
      if (!server.services().contains(service)) {
        throw new Failure(
            "the server at "
                + server.grpc()
                + " does not host the "
                + service
                + " (it hosts "
                + String.join(", ", server.services())
                + "); name the one that does with --server");
      }
    }
    return server;
  }

  private record DefaultDeadline(Duration deadline) implements ClientInterceptor {
    @Override
    public <Q, R> ClientCall<Q, R> interceptCall(
        MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
      boolean unary = method.getType() == MethodDescriptor.MethodType.UNARY;
      return next.newCall(
          method,
          unary && options.getDeadline() == null
              ? options.withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS)
              : options);
    }
  }

  private static boolean isConfigured(Settings settings, String service) {
    String address =
        switch (service) {
          case Peers.FEATURE_STORE -> settings.get(GrpcSettings.FEATURE_STORE_ADDRESS);
          case Peers.RANKER -> settings.get(GrpcSettings.RANKER_ADDRESS);
          case Peers.CHATBOT -> settings.get(GrpcSettings.CHATBOT_ADDRESS);
          default -> throw new IllegalArgumentException(service);
        };
    return !address.isEmpty();
  }
}
