// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.serving;

import dev.proffer.featurestore.registry.FeatureView;
import dev.proffer.featurestore.registry.Registry;
import java.util.HashMap;
import java.util.Map;

/// The registry that is served now, with everything that reading needs made ready. Replaced as a
/// whole, so that a request that took one sees nothing of the next.
public final class LiveRegistry {
  private volatile Snapshot snapshot;

  public LiveRegistry(Registry registry) {
    this.snapshot = Snapshot.of(registry);
  }

  public Snapshot snapshot() {
    return snapshot;
  }

  public Registry registry() {
    return snapshot.registry;
  }

  public void publish(Registry registry) {
    snapshot = Snapshot.of(registry);
  }

  /// One registry and the decoder of each of its views.
  public record Snapshot(Registry registry, Map<String, ViewDecoder> decoders) {
    static Snapshot of(Registry registry) {
      Map<String, ViewDecoder> decoders = new HashMap<>();
      for (FeatureView view : registry.allViews()) {
        decoders.put(view.name(), new ViewDecoder(registry, view));
      }
      return new Snapshot(registry, decoders);
    }

    public ViewDecoder decoder(FeatureView view) {
      ViewDecoder decoder = decoders.get(view.name());
      if (decoder == null) {
        throw new IllegalArgumentException("view: " + view);
      }
      return decoder;
    }
  }
}
