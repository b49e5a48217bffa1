// SPDX-License-Identifier: Apache-2.0
/// Items and members: the SQL record and the immutable snapshot that requests read.
@NullMarked
package dev.proffer.ranker.catalogue;

import org.jspecify.annotations.NullMarked;
