// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.inspect;

import dev.proffer.featurestore.online.OnlineStore;
import dev.proffer.featurestore.online.OnlineStore.Fetched;
import dev.proffer.featurestore.registry.FeatureView;
import dev.proffer.featurestore.row.CorruptRowException;
import dev.proffer.featurestore.row.RowHeader;
import dev.proffer.featurestore.serving.LiveRegistry;
import dev.proffer.featurestore.serving.RowReader;
import dev.proffer.featurestore.serving.ViewDecoder;
import dev.proffer.proto.featurestore.v1.InspectEntityRequest;
import dev.proffer.proto.featurestore.v1.InspectEntityResponse;
import dev.proffer.proto.featurestore.v1.InspectedView;
import dev.proffer.proto.featurestore.v1.RowStatus;
import dev.proffer.proto.featurestore.v1.Value;
import dev.proffer.runtime.failure.ProfferException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Shows everything that the online store has about one entity, for people.
public final class EntityInspector {
  private final LiveRegistry live;
  private final OnlineStore store;
  private final Clock clock;

  public EntityInspector(LiveRegistry live, OnlineStore store, Clock clock) {
    this.live = live;
    this.store = store;
    this.clock = clock;
  }

  public InspectEntityResponse inspect(InspectEntityRequest request, Duration timeout) {
    LiveRegistry.Snapshot snapshot = live.snapshot();
    if (!snapshot.registry().entities().containsKey(request.getEntity())) {
      throw ProfferException.invalidField(
          "entity",
          "must be one of "
              + String.join(
                  ", ", snapshot.registry().entities().keySet().stream().sorted().toList()));
    }
    List<FeatureView> views = snapshot.registry().viewsOf(request.getEntity());
    Fetched fetched =
        store.fetch(
            views.stream()
                .map(view -> view.entity().key(view.name(), request.getEntityId()))
                .toList(),
            timeout);
    long now = clock.millis();
    InspectEntityResponse.Builder response = InspectEntityResponse.newBuilder();
    for (int i = 0; i < views.size(); i++) {
      response.addViews(
          view(snapshot.decoder(views.get(i)), fetched.rows()[i], !fetched.answered().get(i), now));
    }
    return response.build();
  }

  private static InspectedView view(
      ViewDecoder decoder, byte @Nullable [] row, boolean unavailable, long now) {
    FeatureView view = decoder.view();
    InspectedView.Builder seen = InspectedView.newBuilder().setFeatureView(view.name());
    byte[] readable = row == null || !decoder.accepts(row) ? null : row;
    seen.setStatus(
        RowReader.statusOf(readable, unavailable, now, view.declaration().maxAgeMillis()));
    if (row != null) {
      seen.setStoredBytes(row.length);
    }
    if (readable != null) {
      seen.setSchemaVersion(RowHeader.schemaVersion(readable))
          .setEventTimeUnixMs(RowHeader.eventTimeUnixMillis(readable))
          .setAgeMs(now - RowHeader.eventTimeUnixMillis(readable));
      try {
        for (int column = 0; column < view.features().size(); column++) {
          Value value = decoder.value(readable, now, column);
          seen.putValues(
              view.features().get(column).name(),
              value == null ? Value.getDefaultInstance() : value);
        }
      } catch (CorruptRowException e) {
        seen.clearValues().setStatus(RowStatus.ROW_STATUS_NOT_FOUND);
      }
    }
    return seen.build();
  }
}
