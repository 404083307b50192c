package dev.sluice.controller.story;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.api.Answer;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.Call;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/// The API server of a process whose line to it is slow: a watch of some kind tells nothing for a
/// while, or something happens while a write is on its way.
final class LateWatches implements ApiServer {
  private final ApiServer server;
  private final Set<String> held = new HashSet<>();
  private final List<Runnable> late = new ArrayList<>();
  private String slow = "";
  private Runnable meanwhile = () -> {};

  LateWatches(ApiServer server) {
    this.server = server;
  }

  /// @param plural such as `canaries`
  void hold(String plural) {
    held.add(plural);
  }

  /// All that was held back arrives, in order.
  void release() {
    held.clear();
    late.forEach(Runnable::run);
    late.clear();
  }

  /// Something happens while a patch of this object is between the process and the server, once.
  void justBeforeThePatchOf(String path, Runnable happens) {
    slow = path;
    meanwhile = happens;
  }

  @Override
  public Answer handle(Call call) {
    if (call.method().equals("PATCH") && call.path().equals(slow)) {
      slow = "";
      meanwhile.run();
    }
    return server.handle(call);
  }

  @Override
  public AutoCloseable watch(Call call, Consumer<ObjectNode> frames) {
    String plural = call.path().substring(call.path().lastIndexOf('/') + 1);
    return server.watch(
        call,
        frame -> {
          if (held.contains(plural)) {
            late.add(() -> frames.accept(frame));
          } else {
            frames.accept(frame);
          }
        });
  }
}
