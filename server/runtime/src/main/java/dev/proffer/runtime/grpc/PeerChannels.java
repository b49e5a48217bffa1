// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.grpc;

import dev.proffer.runtime.service.Peers;
import dev.proffer.runtime.settings.Settings;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// Channels to peers: in-process to services that this process hosts, over the network with
/// round-robin to the others. Calls carry the request id and have a deadline.
public final class PeerChannels implements Peers, AutoCloseable {
  private static final int REPLY_BYTES_MAX = 32 << 20;

  private final Map<String, ManagedChannel> channels = new HashMap<>();
  private final Settings settings;
  private final Set<String> hosted;
  private final String inProcessName;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

  /// @param hosted names of the services that this process hosts
  /// @param inProcessName the name of their in-process transport
  public PeerChannels(Settings settings, Set<String> hosted, String inProcessName) {
    this.settings = settings;
    this.hosted = Set.copyOf(hosted);
    this.inProcessName = inProcessName;
  }

  @Override
  public Channel channel(String service) {
    return ClientInterceptors.intercept(
        managed(service), new Outgoing(settings.get(GrpcSettings.PEER_DEADLINE)));
  }

  /// Says that the services of this process answer now. A channel that was tried too early would
  /// otherwise go on failing until its next attempt.
  public synchronized void hostedServicesAnswer() {
    hosted.stream()
        .map(channels::get)
        .filter(Objects::nonNull)
        .forEach(ManagedChannel::resetConnectBackoff);
  }

  private synchronized ManagedChannel managed(String service) {
    ManagedChannel known = channels.get(service);
    if (known == null) {
      known = hosted.contains(service) ? inProcess() : overNetwork(service);
      channels.put(service, known);
    }
    return known;
  }

  private ManagedChannel inProcess() {
    return InProcessChannelBuilder.forName(inProcessName)
        .executor(executor)
        .maxInboundMessageSize(REPLY_BYTES_MAX)
        .build();
  }

  private ManagedChannel overNetwork(String service) {
    String address =
        switch (service) {
          case FEATURE_STORE -> settings.get(GrpcSettings.FEATURE_STORE_ADDRESS);
          case RANKER -> settings.get(GrpcSettings.RANKER_ADDRESS);
          case CHATBOT -> settings.get(GrpcSettings.CHATBOT_ADDRESS);
          default -> throw new IllegalArgumentException("service: " + service + " is not known");
        };
    if (address.isEmpty()) {
      // Calls fail with UNAVAILABLE, which every caller must survive anyway.
      return InProcessChannelBuilder.forName("no-address-for-" + service).build();
    }
    return NettyChannelBuilder.forTarget(address)
        .defaultLoadBalancingPolicy("round_robin")
        .usePlaintext()
        .executor(executor)
        .keepAliveTime(60, TimeUnit.SECONDS)
        .maxInboundMessageSize(REPLY_BYTES_MAX)
        .build();
  }

  @Override
  public synchronized void close() {
    for (ManagedChannel channel : channels.values()) {
      channel.shutdownNow();
    }
    executor.shutdown();
  }

  /// Adds the request id and a deadline to calls.
  private record Outgoing(Duration deadline) implements ClientInterceptor {
    @Override
    public <Q, R> ClientCall<Q, R> interceptCall(
        MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
      boolean unary =
          method.getType().clientSendsOneMessage() && method.getType().serverSendsOneMessage();
      CallOptions bounded =
          unary && options.getDeadline() == null
              ? options.withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS)
              : options;
      return new ForwardingClientCall.SimpleForwardingClientCall<>(next.newCall(method, bounded)) {
        @Override
        public void start(Listener<R> listener, Metadata headers) {
          String id = RequestId.current();
          if (!id.isEmpty()) {
            headers.put(RequestId.HEADER, id);
          }
          super.start(listener, headers);
        }
      };
    }
  }
}
