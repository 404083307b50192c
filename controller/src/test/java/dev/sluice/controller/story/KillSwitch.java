package dev.sluice.controller.story;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.api.Answer;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// The API server as one controller process sees it: the process dies right after it wrote a
/// status, an Event or the Canary itself, and a dead process says nothing more.
final class KillSwitch implements ApiServer {
  /// The process is dead.
  static final class Killed extends Error {
    private static final long serialVersionUID = 1;

    Killed() {
      super("kill -9");
    }
  }

  private final ApiServer server;
  private final List<AutoCloseable> watches = new ArrayList<>();
  private int writes;
  private int last;
  private boolean dead;

  KillSwitch(ApiServer server) {
    this.server = server;
    this.last = Integer.MAX_VALUE;
  }

  /// @param write after which of these writes the process dies, from 1
  void after(int write) {
    last = write;
  }

  int writes() {
    return writes;
  }

  @Override
  public Answer handle(Call call) {
    if (dead) {
      throw new Killed();
    }
    Answer answer = server.handle(call);
    if (tells(call) && answer.status() / 100 == 2 && ++writes == last) {
      dead = true;
      throw new Killed();
    }
    return answer;
  }

  /// Nobody listens any more.
  void hangUp() {
    try {
      for (AutoCloseable watch : watches) {
        watch.close();
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    watches.clear();
  }

  private static boolean tells(Call call) {
    return call.path().endsWith("/status")
        || call.path().endsWith("/events")
        || (call.method().equals("PATCH") && call.path().contains("/canaries/"));
  }

  @Override
  public AutoCloseable watch(Call call, Consumer<ObjectNode> frames) {
    AutoCloseable watch = server.watch(call, frames);
    watches.add(watch);
    return watch;
  }
}
