// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.proffer.runtime.file;

import org.jspecify.annotations.NullMarked;
