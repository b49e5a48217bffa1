// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.proffer.ranker.planning;

import org.jspecify.annotations.NullMarked;
