// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.proffer.featurestore.quality;

import org.jspecify.annotations.NullMarked;
