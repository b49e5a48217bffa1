// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.proffer.runtime.failure;

import org.jspecify.annotations.NullMarked;
