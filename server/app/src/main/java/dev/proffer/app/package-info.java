// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.proffer.app;

import org.jspecify.annotations.NullMarked;
