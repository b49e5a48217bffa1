// SPDX-License-Identifier: Apache-2.0
/// Versioned, checksummed model bundles and the one that serves.
@NullMarked
package dev.proffer.ranker.model;

import org.jspecify.annotations.NullMarked;
