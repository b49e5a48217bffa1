// SPDX-License-Identifier: Apache-2.0
/// Training runs that the command line starts.
@NullMarked
package dev.proffer.app.training;

import org.jspecify.annotations.NullMarked;
