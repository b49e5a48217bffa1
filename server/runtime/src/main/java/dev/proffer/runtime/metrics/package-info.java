// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.proffer.runtime.metrics;

import org.jspecify.annotations.NullMarked;
