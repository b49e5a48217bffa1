// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.grpc;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.FileDescriptor;
import dev.proffer.proto.chatbot.v1.ChatServiceGrpc;
import dev.proffer.proto.chatbot.v1.HandOffServiceGrpc;
import dev.proffer.proto.chatbot.v1.KnowledgeServiceGrpc;
import dev.proffer.proto.chatbot.v1.LanguageServiceGrpc;
import dev.proffer.proto.experiment.v1.ExperimentServiceGrpc;
import dev.proffer.proto.experiment.v1.PolicyServiceGrpc;
import dev.proffer.proto.featurestore.v1.FeatureRegistryServiceGrpc;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.insight.v1.InsightServiceGrpc;
import dev.proffer.proto.promotion.v1.LedgerServiceGrpc;
import dev.proffer.proto.promotion.v1.PlanningServiceGrpc;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc;
import dev.proffer.proto.ranker.v1.CatalogueServiceGrpc;
import dev.proffer.proto.ranker.v1.ModelServiceGrpc;
import dev.proffer.proto.ranker.v1.RecommenderServiceGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoFileDescriptorSupplier;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Every service of the contract, whether this process hosts it or not.
public final class Contract {
  private static final List<ServiceDescriptor> SERVICES =
      List.of(
          FeatureStoreServiceGrpc.getServiceDescriptor(),
          FeatureRegistryServiceGrpc.getServiceDescriptor(),
          CatalogueServiceGrpc.getServiceDescriptor(),
          RecommenderServiceGrpc.getServiceDescriptor(),
          ModelServiceGrpc.getServiceDescriptor(),
          PromotionServiceGrpc.getServiceDescriptor(),
          LedgerServiceGrpc.getServiceDescriptor(),
          PlanningServiceGrpc.getServiceDescriptor(),
          ExperimentServiceGrpc.getServiceDescriptor(),
          PolicyServiceGrpc.getServiceDescriptor(),
          InsightServiceGrpc.getServiceDescriptor(),
          ChatServiceGrpc.getServiceDescriptor(),
          LanguageServiceGrpc.getServiceDescriptor(),
          HandOffServiceGrpc.getServiceDescriptor(),
          KnowledgeServiceGrpc.getServiceDescriptor());

  private Contract() {}

  public static List<ServiceDescriptor> services() {
    return SERVICES;
  }

  /// The method of a full name such as `proffer.ranker.v1.RecommenderService/Recommend`.
  public static Optional<MethodDescriptor<?, ?>> method(String fullName) {
    for (ServiceDescriptor service : SERVICES) {
      for (MethodDescriptor<?, ?> method : service.getMethods()) {
        if (method.getFullMethodName().equals(fullName)) {
          return Optional.of(method);
        }
      }
    }
    return Optional.empty();
  }

  /// All files with what they import, for ghz and for clients that read the contract at run time.
  public static FileDescriptorSet descriptorSet() {
    Map<String, FileDescriptor> files = new LinkedHashMap<>();
    for (ServiceDescriptor service : SERVICES) {
      if (service.getSchemaDescriptor() instanceof ProtoFileDescriptorSupplier supplier) {
        addWithImports(supplier.getFileDescriptor(), files);
      }
    }
    FileDescriptorSet.Builder set = FileDescriptorSet.newBuilder();
    files.values().forEach(file -> set.addFile(file.toProto()));
    return set.build();
  }

  private static void addWithImports(FileDescriptor file, Map<String, FileDescriptor> files) {
    if (files.containsKey(file.getFullName())) {
      return;
    }
    file.getDependencies().forEach(imported -> addWithImports(imported, files));
    files.put(file.getFullName(), file);
  }
}
