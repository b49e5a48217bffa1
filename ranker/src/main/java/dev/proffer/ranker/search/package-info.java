// SPDX-License-Identifier: Apache-2.0
/// Finding items by text.
@NullMarked
package dev.proffer.ranker.search;

import org.jspecify.annotations.NullMarked;
