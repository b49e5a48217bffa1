// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.proffer.app.training;

import org.jspecify.annotations.NullMarked;
