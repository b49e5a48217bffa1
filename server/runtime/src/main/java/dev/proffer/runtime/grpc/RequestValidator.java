// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.grpc;

import build.buf.protovalidate.Config;
import build.buf.protovalidate.ValidationResult;
import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.protovalidate.Violation;
import build.buf.protovalidate.exceptions.ValidationException;
import com.google.protobuf.Message;
import dev.proffer.runtime.failure.ProfferException.FieldViolation;
import java.util.ArrayList;
import java.util.List;

/// Checks messages against the rules that stand in the protos.
///
/// The interceptor applies it to every request. Handlers of batches apply it to the entries whose
/// rules the batch leaves to them, so that one bad entry does not refuse the others.
public final class RequestValidator {
  // Native rules are off by default, and interpreted ones take a hundred times as long.
  private static final Validator VALIDATOR =
      ValidatorFactory.newBuilder()
          .withConfig(Config.newBuilder().setEnableNativeRules(true).build())
          .build();

  private RequestValidator() {}

  /// The rules that a message breaks; empty when it breaks none.
  public static List<FieldViolation> violations(Message message) {
    if (PlainRules.surelyHold(message)) {
      return List.of();
    }
    ValidationResult result;
    try {
      result = VALIDATOR.validate(LongLists.shortened(message));
    } catch (ValidationException e) {
      throw new IllegalStateException(
          "the rules of " + message.getDescriptorForType().getFullName() + " are broken", e);
    }
    if (result.isSuccess()) {
      return List.of();
    }
    List<FieldViolation> violations = new ArrayList<>();
    for (Violation violation : result.getViolations()) {
      violations.add(toFieldViolation(violation.toProto()));
    }
    return violations;
  }

  private static FieldViolation toFieldViolation(build.buf.validate.Violation violation) {
    String field = path(violation);
    String message = violation.getMessage();
    // Rules over several fields name their field in the message, as "field: what would be right".
    int colon = message.indexOf(": ");
    if (colon > 0 && message.substring(0, colon).matches("[a-z][a-z0-9_ ]*")) {
      String named = message.substring(0, colon);
      return new FieldViolation(
          field.isEmpty() ? named : field + "." + named, message.substring(colon + 2));
    }
    return new FieldViolation(field.isEmpty() ? "request" : field, message);
  }

  private static String path(build.buf.validate.Violation violation) {
    StringBuilder path = new StringBuilder();
    for (build.buf.validate.FieldPathElement element : violation.getField().getElementsList()) {
      if (!path.isEmpty()) {
        path.append('.');
      }
      path.append(element.getFieldName());
      switch (element.getSubscriptCase()) {
        case INDEX -> path.append('[').append(element.getIndex()).append(']');
        case STRING_KEY -> path.append("[\"").append(element.getStringKey()).append("\"]");
        case INT_KEY -> path.append('[').append(element.getIntKey()).append(']');
        case UINT_KEY -> path.append('[').append(element.getUintKey()).append(']');
        case BOOL_KEY -> path.append('[').append(element.getBoolKey()).append(']');
        case SUBSCRIPT_NOT_SET -> {}
      }
    }
    return path.toString();
  }
}
