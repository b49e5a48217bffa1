// SPDX-License-Identifier: Apache-2.0
/// What long work tells about how far it is.
@NullMarked
package dev.proffer.app.progress;

import org.jspecify.annotations.NullMarked;
