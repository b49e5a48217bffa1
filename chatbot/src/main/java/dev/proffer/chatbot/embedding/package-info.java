// SPDX-License-Identifier: GPL-3.0-or-later
/// Sentences as vectors, by an ONNX model.
@NullMarked
package dev.proffer.chatbot.embedding;

import org.jspecify.annotations.NullMarked;
