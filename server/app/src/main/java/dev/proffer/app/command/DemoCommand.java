// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.console.ConsoleProgress;
import dev.proffer.app.demo.Demo;
import dev.proffer.app.demo.Tour;
import dev.proffer.app.engine.DataFolder;
import dev.proffer.app.engine.Engine;
import dev.proffer.app.engine.EngineAddress;
import dev.proffer.app.engine.EnginePlan;
import dev.proffer.app.engine.EngineSession;
import dev.proffer.app.engine.EngineSettings;
import dev.proffer.app.engine.Installation;
import dev.proffer.app.engine.ServiceModules;
import dev.proffer.app.logging.Logging;
import dev.proffer.app.web.WebSettings;
import dev.proffer.runtime.grpc.GrpcSettings;
import dev.proffer.runtime.service.Peers;
import dev.proffer.runtime.settings.Setting;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Everything in one process with the sample shop, to look at and to try.
@Command(
    name = "demo",
    description = "Start everything in one process with a sample shop, and say what to try.",
    footer = {"./proffer demo", "./proffer demo --once"},
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final Path FOLDER = Path.of(".proffer", "demo");

  private final Console console;

  @Mixin private final EngineOptions options = new EngineOptions();

  @Option(names = "--once", description = "Take a tour of what it can do, and end.")
  private boolean once;

  DemoCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    DataFolder folder = options.folder(FOLDER);
    Optional<EngineAddress> running = folder.server();
    if (running.isPresent()) {
      return visit(folder, running.get());
    }
    ServiceModules modules = ServiceModules.find(Installation.pluginFolder());
    Map<String, String> texts = options.texts(Map.of());
    texts.putIfAbsent(GrpcSettings.PORT.key(), freePort(GrpcSettings.PORT));
    texts.putIfAbsent(WebSettings.PORT.key(), freePort(WebSettings.PORT));
    texts.putIfAbsent(WebSettings.DEMO_PAGES.key(), "true");
    Optional<Path> log =
        Logging.configure(
            EngineSettings.read(modules, modules.names(), texts),
            folder.path(),
            Optional.of(folder.path().resolve("log/proffer.log")));
    console.say("starting " + String.join(", ", modules.names()) + " …");
    if (!modules.names().contains(Peers.CHATBOT)) {
      console.say("without the chatbot: its plugin is not installed");
    }
    try (Engine engine = Engine.start(new EnginePlan(folder, modules.names(), modules, texts))) {
      Demo demo = new Demo(engine, folder.path(), new ConsoleProgress(console, Clock.systemUTC()));
      demo.prepare(console::say);
      if (once) {
        return tour(engine.peers());
      }
      print(folder, engine.address(), Demo.cart(engine.peers().channel(Peers.RANKER)));
      log.ifPresent(file -> console.print("The log is in " + file));
      console.print("Ctrl-C stops it. A second start continues with what is there.");
      Shutdown.await(engine, console);
      return Commands.DONE;
    }
  }

  /// The demo runs already: takes the tour of that one, or says where it is.
  private int visit(DataFolder folder, EngineAddress running) throws IOException {
    if (!once) {
      console.say("the demo is running already (process " + running.pid() + ")");
      try (EngineSession session = EngineSession.at(running.grpc())) {
        print(folder, running, Demo.cart(session.channel(Peers.RANKER)));
      }
      return Commands.DONE;
    }
    console.say("taking the tour of the demo that runs at " + running.grpc());
    try (EngineSession session = EngineSession.at(running.grpc())) {
      return tour(session::channel);
    }
  }

  private int tour(Peers peers) {
    List<String> faults =
        new Tour(console, peers.channel(Peers.RANKER), peers.channel(Peers.CHATBOT), Demo.USER)
            .take();
    console.print("");
    if (faults.isEmpty()) {
      console.print("All is well.");
      return Commands.DONE;
    }
    faults.forEach(fault -> console.say("not well: " + fault));
    return Commands.FAILED;
  }

  private void print(DataFolder folder, EngineAddress address, String cart) {
    String data =
        folder.path().endsWith(FOLDER) ? " --data " + FOLDER : " --data '" + folder.path() + "'";
    console.print("");
    console.print("Proffer is running.");
    console.print("  gRPC  " + address.grpc());
    if (!address.web().isEmpty()) {
      console.print("  web   " + address.web());
      console.print("  shop  " + address.web() + "/shop");
      if (address.services().contains(Peers.CHATBOT)) {
        console.print("  desk  " + address.web() + "/desk");
      }
    }
    console.print("");
    console.print("Try in another terminal:");
    console.print("  ./proffer recommend" + data + " --user " + Demo.USER + " --k 10 --explain");
    console.print("  ./proffer evaluate-cart" + data + " --user " + Demo.USER + " " + cart);
    if (address.services().contains(Peers.CHATBOT)) {
      console.print(
          "  ./proffer chat" + data + " --user " + Demo.USER + " \"" + Demo.QUESTION + "\"");
    }
    console.print("");
  }

  /// The usual port when nobody has it, or any.
  private static String freePort(Setting<Integer> setting) {
    int usual = Integer.parseInt(setting.defaultText());
    try (ServerSocket _ = new ServerSocket(usual, 1, InetAddress.getLoopbackAddress())) {
      return Integer.toString(usual);
    } catch (IOException e) {
      return "0";
    }
  }
}
