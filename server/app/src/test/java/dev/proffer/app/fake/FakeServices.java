// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.fake;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.util.concurrent.Executors;

/// The services that loads write to, in memory, behind a real channel.
public final class FakeServices implements AutoCloseable {
  public final FakeCatalogue catalogue = new FakeCatalogue();
  public final FakePromotions promotions = new FakePromotions();
  public final FakeFeatureStore featureStore;
  public final ManagedChannel channel;
  private final Server server;

  /// Checking every event against the contract costs more than anything else, so loads of hundreds
  /// of thousands can do without.
  public FakeServices(boolean validatingEvents) throws IOException {
    featureStore = new FakeFeatureStore(validatingEvents);
    String name = InProcessServerBuilder.generateName();
    server =
        InProcessServerBuilder.forName(name)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .addService(catalogue)
            .addService(promotions)
            .addService(featureStore)
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).build();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
  }
}
