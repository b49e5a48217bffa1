// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.runtime.failure.ProfferException;
import dev.proffer.runtime.grpc.Contract;
import dev.proffer.runtime.service.Peers;
import dev.proffer.runtime.service.RunningService;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The contract is complete from the start; what answers it grows. `unimplemented.txt` lists the
/// rpcs that are not there yet: one that answers must leave the list, and none may join it.
class UnimplementedTest {
  @Test
  void listsExactlyTheRpcsThatAreNotThereYet(@TempDir Path folder) throws Exception {
    Set<String> missing = new TreeSet<>();
    Map<String, ServerServiceDefinition> hosted = new TreeMap<>();
    try (TestEngine engine = TestEngine.start(folder)) {
      for (RunningService service : engine.services()) {
        for (BindableService handler : service.services()) {
          ServerServiceDefinition definition = handler.bindService();
          hosted.put(definition.getServiceDescriptor().getName(), definition);
        }
      }
      for (ServiceDescriptor service : Contract.services()) {
        boolean ofAbsentPlugin =
            service.getName().startsWith("proffer.chatbot.") && !engine.hosts(Peers.CHATBOT);
        for (MethodDescriptor<?, ?> method : service.getMethods()) {
          ServerServiceDefinition definition = hosted.get(service.getName());
          if (!ofAbsentPlugin
              && (definition == null
                  || refuses(definition.getMethod(method.getFullMethodName())))) {
            missing.add(method.getFullMethodName());
          }
        }
      }
      Set<String> listed = listed();
      if (!engine.hosts(Peers.CHATBOT)) {
        listed.removeIf(name -> name.startsWith("proffer.chatbot."));
      }
      assertThat(missing).isEqualTo(listed);
    }
  }

  /// Whether a handler says that it is not there yet. It is called past validation, with the empty
  /// request, because it must say so before it looks at anything.
  private static <Q, R> boolean refuses(ServerMethodDefinition<Q, R> method) {
    try {
      Probe<Q, R> probe = new Probe<>(method.getMethodDescriptor());
      ServerCall.Listener<Q> listener =
          method.getServerCallHandler().startCall(probe, new Metadata());
      listener.onReady();
      Q empty = method.getMethodDescriptor().parseRequest(InputStream.nullInputStream());
      listener.onMessage(empty);
      listener.onHalfClose();
      listener.onCancel();
      return probe.closedWith == Status.Code.UNIMPLEMENTED;
    } catch (ProfferException e) {
      return e.code() == Status.Code.UNIMPLEMENTED;
    } catch (RuntimeException e) {
      // It looked at the request, so it is there.
      return false;
    }
  }

  private static Set<String> listed() throws Exception {
    try (InputStream in = UnimplementedTest.class.getResourceAsStream("/unimplemented.txt");
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return lines
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static final class Probe<Q, R> extends ServerCall<Q, R> {
    private final MethodDescriptor<Q, R> method;
    private Status.Code closedWith = Status.Code.OK;

    Probe(MethodDescriptor<Q, R> method) {
      this.method = method;
    }

    @Override
    public void request(int messages) {}

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public void sendMessage(R message) {}

    @Override
    public void close(Status status, Metadata trailers) {
      closedWith = status.getCode();
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public MethodDescriptor<Q, R> getMethodDescriptor() {
      return method;
    }
  }
}
