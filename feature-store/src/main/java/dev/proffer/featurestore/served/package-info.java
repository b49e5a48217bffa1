// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.proffer.featurestore.served;

import org.jspecify.annotations.NullMarked;
