// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.engine.EngineSession;
import dev.proffer.app.reply.ChatText;
import dev.proffer.app.reply.Texts;
import dev.proffer.proto.chatbot.v1.ChatRequest;
import dev.proffer.proto.chatbot.v1.ChatResponse;
import dev.proffer.proto.chatbot.v1.ChatServiceGrpc;
import dev.proffer.runtime.service.Peers;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Talks to the chatbot: one turn from the command line, or a conversation from standard input.
@Command(
    name = "chat",
    description = "Ask the chatbot about offers, in English or Chinese.",
    footer = "./proffer chat --user u-00017 \"any deals on headphones?\"",
    mixinStandardHelpOptions = true)
final class ChatCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final SessionOptions session = new SessionOptions();

  @Parameters(
      arity = "0..*",
      paramLabel = "TEXT",
      description = "What to say; without it, every line of standard input is a turn.")
  private List<String> words = List.of();

  @Option(names = "--user", paramLabel = "ID", description = "The person; none for a stranger.")
  private String user = "";

  @Option(names = "--conversation", paramLabel = "ID", description = "Continue a conversation.")
  private String conversation = "";

  @Option(
      names = "--lang",
      paramLabel = "LANG",
      description = "en or zh (default: found from the text).")
  private String language = "";

  ChatCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    try (EngineSession engine =
        session.open(console, Peers.FEATURE_STORE, Peers.RANKER, Peers.CHATBOT)) {
      var stub = ChatServiceGrpc.newBlockingStub(engine.channel(Peers.CHATBOT));
      if (!words.isEmpty()) {
        answer(stub.chat(turn(String.join(" ", words))));
        return Commands.DONE;
      }
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      @Nullable String line;
      while ((line = prompt(lines)) != null) {
        if (!line.isBlank()) {
          ChatResponse response = stub.chat(turn(line));
          conversation = response.getConversationId();
          answer(response);
        }
      }
      return Commands.DONE;
    }
  }

  private @Nullable String prompt(BufferedReader lines) throws java.io.IOException {
    if (console.terminal()) {
      console.err().print("> ");
      console.err().flush();
    }
    return lines.readLine();
  }

  private ChatRequest turn(String text) {
    return ChatRequest.newBuilder()
        .setConversationId(conversation)
        .setUserId(user)
        .setText(text)
        .setLanguage(language)
        .setChannel("cli")
        .build();
  }

  private void answer(ChatResponse response) {
    if (session.json()) {
      console.print(Texts.json(response));
    } else {
      ChatText.print(console, response);
    }
  }
}
