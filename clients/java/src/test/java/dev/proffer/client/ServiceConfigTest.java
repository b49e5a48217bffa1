// SPDX-License-Identifier: Apache-2.0
package dev.proffer.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import dev.proffer.proto.chatbot.v1.ChatServiceOuterClass;
import dev.proffer.proto.chatbot.v1.LanguageServiceOuterClass;
import dev.proffer.proto.experiment.v1.ExperimentServiceOuterClass;
import dev.proffer.proto.featurestore.v1.FeatureRegistryServiceOuterClass;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceOuterClass;
import dev.proffer.proto.insight.v1.InsightServiceOuterClass;
import dev.proffer.proto.promotion.v1.LedgerServiceOuterClass;
import dev.proffer.proto.promotion.v1.PromotionServiceOuterClass;
import dev.proffer.proto.ranker.v1.CatalogueServiceOuterClass;
import dev.proffer.proto.ranker.v1.RecommenderServiceOuterClass;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The one file that says which calls all clients repeat.
final class ServiceConfigTest {
  private static final List<FileDescriptor> FILES =
      List.of(
          ChatServiceOuterClass.getDescriptor(),
          LanguageServiceOuterClass.getDescriptor(),
          ExperimentServiceOuterClass.getDescriptor(),
          FeatureRegistryServiceOuterClass.getDescriptor(),
          FeatureStoreServiceOuterClass.getDescriptor(),
          InsightServiceOuterClass.getDescriptor(),
          LedgerServiceOuterClass.getDescriptor(),
          PromotionServiceOuterClass.getDescriptor(),
          CatalogueServiceOuterClass.getDescriptor(),
          RecommenderServiceOuterClass.getDescriptor());

  private static final List<String> READING =
      List.of(
          "Analyze",
          "Check",
          "Evaluate",
          "Explain",
          "Get",
          "Inspect",
          "List",
          "Plan",
          "Predict",
          "Rank",
          "Search",
          "Similar",
          "Understand");

  /// What makes a call that changes something safe to repeat: the field that says that it is the
  /// same.
  private static final Map<String, String> KEYS =
      Map.of(
          "Recommend", "request_id",
          "Chat", "turn_id",
          "IngestEvents", "events.event_id",
          "WriteFeatures", "rows.event_time_unix_ms",
          "RegisterModel", "model",
          "ReserveRedemption", "idempotency_key",
          "CommitRedemption", "redemption_id",
          "ReleaseRedemption", "redemption_id");

  @Test
  void everyNameIsAMethodOfTheContract() {
    assertThat(repeated()).hasSizeGreaterThan(20).doesNotContainValue(null);
  }

  @Test
  void onlyCallsThatAreSafeToRepeatAreRepeated() {
    repeated()
        .forEach((name, method) -> {
          assertThat(method.isClientStreaming() || method.isServerStreaming())
              .as("%s streams", name)
              .isFalse();
          if (READING.stream().noneMatch(method.getName()::startsWith)) {
            assertThat(KEYS).as("%s changes something", name).containsKey(method.getName());
            assertThat(hasField(method.getInputType(), KEYS.get(method.getName())))
                .as("%s has %s", name, KEYS.get(method.getName()))
                .isTrue();
          }
        });
  }

  private static Map<String, MethodDescriptor> repeated() {
    Map<String, MethodDescriptor> known = new TreeMap<>();
    FILES.stream()
        .flatMap(file -> file.getServices().stream())
        .flatMap(service -> service.getMethods().stream())
        .forEach(method ->
            known.put(method.getService().getFullName() + "/" + method.getName(), method));
    Map<String, MethodDescriptor> repeated = new TreeMap<>();
    for (Object each : (List<?>) Proffer.serviceConfig().get("methodConfig")) {
      for (Object name : (List<?>) ((Map<?, ?>) each).get("name")) {
        Map<?, ?> parts = (Map<?, ?>) name;
        String full = parts.get("service") + "/" + parts.get("method");
        repeated.put(full, known.get(full));
      }
    }
    return repeated;
  }

  private static boolean hasField(Descriptor message, String path) {
    Descriptor at = message;
    for (String name : path.split("\\.")) {
      FieldDescriptor field = at.findFieldByName(name);
      if (field == null) {
        return false;
      }
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        at = field.getMessageType();
      }
    }
    return true;
  }
}
