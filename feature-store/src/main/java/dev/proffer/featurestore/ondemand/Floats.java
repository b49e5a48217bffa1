// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.ondemand;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Floats as rows hold them.
final class Floats {
  static final VarHandle LITTLE_ENDIAN =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

  private Floats() {}
}
