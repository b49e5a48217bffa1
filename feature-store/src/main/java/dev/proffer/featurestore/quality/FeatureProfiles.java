// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.quality;

import com.google.protobuf.ByteString;
import dev.proffer.proto.featurestore.v1.FeatureBlock;
import dev.proffer.proto.featurestore.v1.GetFeatureQualityRequest;
import dev.proffer.proto.featurestore.v1.GetFeatureQualityResponse;
import dev.proffer.proto.featurestore.v1.RowStatus;
import dev.proffer.proto.featurestore.v1.Value;
import dev.proffer.proto.featurestore.v1.ValueColumn;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The profiles of all features that are served, with their baselines in a file. Each is also a
/// metric: the share of nulls, the median age and the drift.
public final class FeatureProfiles {
  private static final Logger log = LoggerFactory.getLogger(FeatureProfiles.class);
  private static final int FEATURES_MAX = 10_000;

  private final Path baselineFile;
  private final MeterRegistry meters;
  private final Map<String, FeatureProfile> byFeature = new ConcurrentSkipListMap<>();

  public FeatureProfiles(Path baselineFile, MeterRegistry meters) {
    this.baselineFile = baselineFile;
    this.meters = meters;
    load();
  }

  /// Takes one row of a block as it was served. A row that could not be read says nothing about the
  /// values.
  public void add(FeatureBlock block, int row, long nowUnixMillis) {
    byte status = block.getRowStatuses().byteAt(row);
    if (status == RowStatus.ROW_STATUS_UNAVAILABLE_VALUE) {
      return;
    }
    boolean isDefault = status == RowStatus.ROW_STATUS_DEFAULTED_VALUE;
    long time = block.getEventTimesUnixMs(row);
    double age = time == 0 ? -1 : (nowUnixMillis - time) / 1000.0;
    int width = block.getFeaturesCount();
    for (int i = 0; i < width; i++) {
      float value = floatAt(block.getValuesF32Le(), (row * width + i) * 4);
      profile(block.getFeatureView() + ":" + block.getFeatures(i)).add(value, isDefault, age);
    }
    for (ValueColumn column : block.getColumnsList()) {
      boolean isNull = column.getValues(row).getKindCase() == Value.KindCase.KIND_NOT_SET;
      profile(block.getFeatureView() + ":" + column.getFeature()).addOther(isNull, isDefault, age);
    }
  }

  /// A float in a block.
  public static float floatAt(ByteString values, int at) {
    return Float.intBitsToFloat(
        (values.byteAt(at) & 0xFF)
            | (values.byteAt(at + 1) & 0xFF) << 8
            | (values.byteAt(at + 2) & 0xFF) << 16
            | values.byteAt(at + 3) << 24);
  }

  public GetFeatureQualityResponse answer(GetFeatureQualityRequest request) {
    GetFeatureQualityResponse.Builder response = GetFeatureQualityResponse.newBuilder();
    byFeature.forEach((feature, profile) -> {
      if (request.getFeatureView().isEmpty()
          || feature.startsWith(request.getFeatureView() + ":")) {
        response.addFeatures(profile.snapshot());
        if (request.getMakeBaseline()) {
          profile.makeBaseline();
        }
      }
    });
    if (request.getMakeBaseline()) {
      save();
    }
    return response.build();
  }

  private FeatureProfile profile(String feature) {
    FeatureProfile known = byFeature.get(feature);
    if (known != null) {
      return known;
    }
    if (byFeature.size() >= FEATURES_MAX) {
      return new FeatureProfile(feature);
    }
    return byFeature.computeIfAbsent(
        feature,
        name -> {
          FeatureProfile made = new FeatureProfile(name);
          Tags tags = Tags.of("feature", name);
          gauge("proffer.features.null.rate", tags, made, FeatureProfile::nullRate);
          gauge("proffer.features.age.seconds", tags, made, FeatureProfile::ageSecondsMedian);
          gauge("proffer.features.psi", tags, made, FeatureProfile::psi);
          return made;
        });
  }

  private void gauge(
      String name,
      Tags tags,
      FeatureProfile profile,
      java.util.function.ToDoubleFunction<FeatureProfile> value) {
    Gauge.builder(name, profile, value).tags(tags).register(meters);
  }

  private void load() {
    if (!Files.exists(baselineFile)) {
      return;
    }
    try (DataInputStream in = new DataInputStream(Files.newInputStream(baselineFile))) {
      int count = in.readInt();
      for (int i = 0; i < count; i++) {
        String feature = in.readUTF();
        profile(feature).setBaseline(in.readNBytes(in.readInt()));
      }
    } catch (IOException | RuntimeException e) {
      log.warn("{} cannot be read, so there is no baseline: {}", baselineFile, e.toString());
    }
  }

  private synchronized void save() {
    Map<String, byte[]> baselines = new ConcurrentSkipListMap<>();
    byFeature.forEach((feature, profile) -> {
      byte[] baseline = profile.baseline();
      if (baseline != null) {
        baselines.put(feature, baseline);
      }
    });
    try {
      Path folder = baselineFile.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      Path draft = baselineFile.resolveSibling(baselineFile.getFileName() + ".draft");
      try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(draft))) {
        out.writeInt(baselines.size());
        for (Map.Entry<String, byte[]> entry : baselines.entrySet()) {
          out.writeUTF(entry.getKey());
          out.writeInt(entry.getValue().length);
          out.write(entry.getValue());
        }
      }
      Files.move(draft, baselineFile, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
