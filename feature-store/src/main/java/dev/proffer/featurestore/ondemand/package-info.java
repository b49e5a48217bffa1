// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.proffer.featurestore.ondemand;

import org.jspecify.annotations.NullMarked;
