// SPDX-License-Identifier: Apache-2.0
package dev.proffer.client;

import dev.proffer.proto.featurestore.v1.FeatureRow;
import dev.proffer.proto.featurestore.v1.StreamFeaturesRequest;
import dev.proffer.proto.featurestore.v1.StreamFeaturesResponse;
import dev.proffer.proto.featurestore.v1.WriteResult;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// The results of rows that are sent while results are read, in the thread of the reader: some
/// batches go out, then an answer is awaited.
final class RowSender implements Iterator<WriteResult> {
  private final BlockingClientCall<StreamFeaturesRequest, StreamFeaturesResponse> call;
  private final Iterator<FeatureRow> rows;
  private final int batchSize;
  private final int underWayMax;
  private Iterator<WriteResult> results = Collections.emptyIterator();
  private long sequence;
  private int underWay;
  private boolean isClosed;

  RowSender(
      BlockingClientCall<StreamFeaturesRequest, StreamFeaturesResponse> call,
      Iterator<FeatureRow> rows,
      int batchSize,
      int underWayMax) {
    this.call = call;
    this.rows = rows;
    this.batchSize = batchSize;
    this.underWayMax = underWayMax;
  }

  @Override
  public boolean hasNext() {
    try {
      while (!results.hasNext()) {
        send();
        @Nullable StreamFeaturesResponse reply = call.read();
        if (reply == null) {
          return false;
        }
        underWay--;
        results = reply.getResultsList().iterator();
      }
      return true;
    } catch (StatusException e) {
      throw ProfferException.from(e);
    } catch (InterruptedException e) {
      call.cancel("interrupted", e);
      Thread.currentThread().interrupt();
      throw ProfferException.from(
          io.grpc.Status.CANCELLED.withDescription("interrupted").withCause(e).asException());
    }
  }

  private void send() throws StatusException, InterruptedException {
    while (underWay < underWayMax && rows.hasNext()) {
      StreamFeaturesRequest.Builder batch =
          StreamFeaturesRequest.newBuilder().setSequence(++sequence);
      while (batch.getRowsCount() < batchSize && rows.hasNext()) {
        batch.addRows(rows.next());
      }
      if (!call.write(batch.build())) {
        // The server ended the stream; reading says why.
        return;
      }
      underWay++;
    }
    if (!isClosed && !rows.hasNext()) {
      isClosed = true;
      call.halfClose();
    }
  }

  @Override
  public WriteResult next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return results.next();
  }
}
