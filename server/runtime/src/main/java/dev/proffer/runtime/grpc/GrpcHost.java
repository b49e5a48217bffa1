// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.grpc;

import dev.proffer.runtime.settings.Settings;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerInterceptors;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hosts services on one network port and, under a name, on an in-process transport, with the same
/// interceptors on both. Handlers run on virtual threads.
///
/// The in-process transport is up before the network port, so that services can reach each other
/// before strangers reach them. Health says NOT_SERVING until [#serving] is called.
public final class GrpcHost implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(GrpcHost.class);

  /// The transport refuses what is this much above the limit without an explanation; below it the
  /// guard refuses with one.
  private static final int TRANSPORT_HEADROOM = 4;

  /// An answer that is streamed may finish; a stream that follows something is ended after this.
  private static final Duration STREAM_GRACE = Duration.ofSeconds(2);

  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final HealthStatusManager health = new HealthStatusManager();
  private final CallGuard guard;
  private final Server inProcess;
  private final Server network;
  private final Duration drainMax;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final List<String> serviceNames = new ArrayList<>();

  private GrpcHost(
      Settings settings, String inProcessName, List<BindableService> services, MeterRegistry meters)
      throws IOException {
    GrpcLimits limits = GrpcLimits.of(settings);
    this.guard = new CallGuard(limits, meters);
    this.drainMax = settings.get(GrpcSettings.DRAIN_MAX);
    List<ServerServiceDefinition> definitions = new ArrayList<>();
    List<ServerServiceDefinition> local = new ArrayList<>();
    Set<String> limited = new HashSet<>();
    for (BindableService service : services) {
      ServerServiceDefinition definition = guarded(service.bindService(), guard);
      definition.getMethods().stream()
          .map(ServerMethodDefinition::getMethodDescriptor)
          .filter(CallGuard::isLimited)
          .forEach(method -> limited.add(method.getFullMethodName()));
      serviceNames.add(definition.getServiceDescriptor().getName());
      definitions.add(definition);
      local.add(guardedLocally(service.bindService(), guard));
    }
    health.setStatus("", ServingStatus.NOT_SERVING);
    serviceNames.forEach(name -> health.setStatus(name, ServingStatus.NOT_SERVING));
    InProcessServerBuilder inProcessBuilder =
        InProcessServerBuilder.forName(inProcessName).executor(executor);
    local.forEach(inProcessBuilder::addService);
    inProcessBuilder.addService(health.getHealthService());
    NotHosted notHosted = new NotHosted(Set.copyOf(serviceNames));
    inProcessBuilder.fallbackHandlerRegistry(notHosted);
    this.inProcess = inProcessBuilder.build().start();

    Admission admission =
        new Admission(limits.callsMax(), limits.waitMax(), limited, System::nanoTime);
    meters.gauge("proffer.grpc.calls.limit", admission, Admission::limit);
    NettyServerBuilder networkBuilder =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(
                    settings.get(GrpcSettings.HOST), settings.get(GrpcSettings.PORT)))
            // The thread that reads the connection finds the method and asks for admission; what is
            // admitted goes on elsewhere.
            .executor(Runnable::run)
            .callExecutor(executors(executor))
            .addStreamTracerFactory(admission)
            .maxInboundMessageSize(limits.requestBytesMax() * TRANSPORT_HEADROOM)
            .maxConcurrentCallsPerConnection(limits.callsPerConnectionMax())
            .permitKeepAliveTime(30, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .maxRstFramesPerWindow(400, 30);
    definitions.forEach(networkBuilder::addService);
    networkBuilder.addService(health.getHealthService());
    networkBuilder.fallbackHandlerRegistry(notHosted);
    if (settings.get(GrpcSettings.REFLECTION)) {
      networkBuilder.addService(ProtoReflectionServiceV1.newInstance());
    }
    try {
      this.network = networkBuilder.build().start();
    } catch (IOException e) {
      inProcess.shutdownNow();
      throw new IOException(
          "grpc.port: cannot listen on "
              + settings.get(GrpcSettings.HOST)
              + ":"
              + settings.get(GrpcSettings.PORT)
              + " (is it in use?)",
          e);
    }
  }

  /// Starts both transports. Calls are answered at once, health says NOT_SERVING.
  public static GrpcHost start(
      Settings settings, String inProcessName, List<BindableService> services, MeterRegistry meters)
      throws IOException {
    return new GrpcHost(settings, inProcessName, services, meters);
  }

  /// A service with everything around its calls that a port puts there; for hosts of other kinds.
  public static ServerServiceDefinition guarded(
      BindableService service, Settings settings, MeterRegistry meters) {
    return guarded(service.bindService(), new CallGuard(GrpcLimits.of(settings), meters));
  }

  /// A call that is refused is refused where it was read.
  private static ServerCallExecutorSupplier executors(Executor executor) {
    return new ServerCallExecutorSupplier() {
      @Override
      public <Q, R> Executor getExecutor(ServerCall<Q, R> call, Metadata headers) {
        Admission.Ticket ticket = Admission.ticket();
        return ticket == null || ticket.isAdmitted() ? executor : Runnable::run;
      }
    };
  }

  private static ServerServiceDefinition guarded(ServerServiceDefinition service, CallGuard guard) {
    return ServerInterceptors.intercept(
        ServerInterceptors.useInputStreamMessages(
            ServerInterceptors.intercept(service, new ValidationInterceptor())),
        guard);
  }

  /// The same for callers in this process, whose messages need not become bytes on their way.
  private static ServerServiceDefinition guardedLocally(
      ServerServiceDefinition service, CallGuard guard) {
    return ServerInterceptors.intercept(
        ServerInterceptors.intercept(service, new ValidationInterceptor()), guard);
  }

  /// Says to health checks that all services take work.
  public void serving() {
    health.setStatus("", ServingStatus.SERVING);
    serviceNames.forEach(name -> health.setStatus(name, ServingStatus.SERVING));
  }

  public int port() {
    return network.getPort();
  }

  /// Stops taking calls, lets those under way finish within the drain time, and stops.
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    health.enterTerminalState();
    network.shutdown();
    try {
      long drainMillis = drainMax.toMillis();
      long streamMillis = Math.min(drainMillis, STREAM_GRACE.toMillis());
      if (!network.awaitTermination(streamMillis, TimeUnit.MILLISECONDS)) {
        guard.endStreams();
        if (!network.awaitTermination(drainMillis - streamMillis, TimeUnit.MILLISECONDS)) {
          log.warn("calls were still under way after {}; they are cut", drainMax);
          network.shutdownNow();
        }
      }
      inProcess.shutdown();
      guard.endStreams();
      if (!inProcess.awaitTermination(2, TimeUnit.SECONDS)) {
        inProcess.shutdownNow();
      }
    } catch (InterruptedException e) {
      network.shutdownNow();
      inProcess.shutdownNow();
      Thread.currentThread().interrupt();
    }
    guard.close();
    executor.shutdown();
  }
}
