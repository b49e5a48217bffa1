// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.proffer.proto.featurestore.v1.EraseEntityRequest;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixRequest;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesRequest;
import dev.proffer.proto.featurestore.v1.ListQuarantineRequest;
import dev.proffer.proto.featurestore.v1.ReadEventsRequest;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlainRulesTest {
  private static final int[] LENGTHS = {0, 1, 2, 3, 63, 64, 65, 128, 129, 255, 256, 257};
  private static final int[] SIZES = {0, 1, 2, 17, 40};

  @Test
  void whatTheyPassTheGeneralValidatorPassesToo() throws Exception {
    Validator general = ValidatorFactory.newBuilder().build();
    Random random = new Random(11);
    for (Message type :
        List.of(
            GetFeatureMatrixRequest.getDefaultInstance(),
            GetOnlineFeaturesRequest.getDefaultInstance(),
            EraseEntityRequest.getDefaultInstance(),
            ListQuarantineRequest.getDefaultInstance(),
            ReadEventsRequest.getDefaultInstance())) {
      int passed = 0;
      int right = 0;
      for (int i = 0; i < 400; i++) {
        Message message = random(type, random);
        boolean holds = general.validate(message).isSuccess();
        if (PlainRules.surelyHold(message)) {
          assertThat(holds).describedAs("%s", message).isTrue();
          passed++;
        }
        assertThat(general.validate(LongLists.shortened(message)).isSuccess()).isEqualTo(holds);
        right += holds ? 1 : 0;
      }
      assertThat(right).describedAs("%s", type.getDescriptorForType()).isBetween(1, 399);
      // Names of features have a pattern, which only the general validator knows.
      assertThat(passed > 0).isEqualTo(!(type instanceof GetOnlineFeaturesRequest));
    }
  }

  private static Message random(Message type, Random random) {
    Message.Builder message = type.newBuilderForType();
    for (FieldDescriptor field : type.getDescriptorForType().getFields()) {
      if (field.isRepeated() && field.getJavaType() == FieldDescriptor.JavaType.STRING) {
        int size = SIZES[random.nextInt(SIZES.length)];
        int length = LENGTHS[random.nextInt(LENGTHS.length)];
        for (int i = 0; i < size; i++) {
          boolean odd = random.nextInt(200) == 0;
          message.addRepeatedField(field, text(odd ? 257 : length, random));
        }
      } else if (field.getJavaType() == FieldDescriptor.JavaType.STRING) {
        message.setField(field, text(LENGTHS[random.nextInt(LENGTHS.length)], random));
      } else if (field.getJavaType() == FieldDescriptor.JavaType.INT) {
        message.setField(field, random.nextInt(-200, 12_000));
      } else if (field.getJavaType() == FieldDescriptor.JavaType.LONG) {
        message.setField(field, random.nextLong(-5, 50));
      }
    }
    return message.build();
  }

  /// Texts of a number of code points, some of them pairs of surrogates.
  private static String text(int length, Random random) {
    StringBuilder text = new StringBuilder();
    boolean ascii = random.nextBoolean();
    for (int i = 0; i < length; i++) {
      if (i == length / 2 && random.nextBoolean()) {
        text.append(':');
      } else {
        text.appendCodePoint(ascii ? 'a' + random.nextInt(26) : 0x1F600 + random.nextInt(40));
      }
    }
    return text.toString();
  }
}
