// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ContractTest {
  @Test
  void descriptorSetHoldsEveryFileAfterItsImports() throws Exception {
    Map<String, FileDescriptor> built = new HashMap<>();
    for (FileDescriptorProto file : Contract.descriptorSet().getFileList()) {
      FileDescriptor[] imports =
          file.getDependencyList().stream().map(built::get).toArray(FileDescriptor[]::new);
      assertThat(imports).doesNotContainNull();
      built.put(file.getName(), FileDescriptor.buildFrom(file, imports));
    }
    assertThat(built)
        .containsKeys("buf/validate/validate.proto", "proffer/ranker/v1/recommender_service.proto");
  }

  @Test
  void everyRequestThatHoldsNumbersOrTextsBoundsThem() {
    List<String> unbounded =
        Contract.services().stream()
            .map(ServiceDescriptor::getMethods)
            .flatMap(methods -> methods.stream())
            .map(ContractTest::input)
            .distinct()
            .flatMap(message -> message.getFields().stream())
            .filter(field -> field.getType() == FieldDescriptor.Type.STRING && !field.isRepeated())
            .filter(
                field -> !field.getOptions().hasExtension(build.buf.validate.ValidateProto.field))
            .map(FieldDescriptor::getFullName)
            .toList();
    assertThat(unbounded).isEmpty();
  }

  @Test
  void moneyIsNeverAFloatingPointNumber() {
    List<String> floating =
        Contract.descriptorSet().getFileList().stream()
            .filter(file -> file.getPackage().startsWith("proffer."))
            .flatMap(file -> file.getMessageTypeList().stream())
            .flatMap(message -> message.getFieldList().stream())
            .filter(field -> field.getName().endsWith("minor_units"))
            .filter(field -> field.getType() != FieldDescriptorProto.Type.TYPE_INT64)
            .map(FieldDescriptorProto::getName)
            .toList();
    assertThat(floating).isEmpty();
  }

  private static com.google.protobuf.Descriptors.Descriptor input(MethodDescriptor<?, ?> method) {
    if (method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier supplier) {
      return supplier.getMethodDescriptor().getInputType();
    }
    throw new AssertionError(method.getFullMethodName() + " has no descriptor");
  }
}
