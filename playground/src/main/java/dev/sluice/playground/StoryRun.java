package dev.sluice.playground;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.demo.Releases;
import dev.sluice.playground.demo.Traffic;
import dev.sluice.playground.scenario.Scenario;
import dev.sluice.playground.scenario.Stage;
import dev.sluice.playground.scenario.Storyteller;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Tells a story with the real processes of a playground, on the wall clock.
final class StoryRun implements Stage, AutoCloseable {
  private final Playground playground;
  private final CountDownLatch stop;
  private Optional<Traffic> traffic = Optional.empty();

  private StoryRun(Playground playground, CountDownLatch stop) {
    this.playground = playground;
    this.stop = stop;
  }

  /// @param stop ends the story early, which then has failed
  /// @return whether everything that it expects came true
  static boolean tell(
      Scenario scenario, Playground playground, PrintWriter out, boolean json, CountDownLatch stop)
      throws IOException, InterruptedException {
    try (var stage = new StoryRun(playground, stop)) {
      var outcome =
          Storyteller.tell(
              scenario,
              stage,
              line -> {
                if (!json) {
                  out.println(shown(line));
                  out.flush();
                }
              });
      if (json) {
        out.println(json(scenario, outcome));
      } else {
        out.println(outcome.held() ? "everything came as expected" : "the story failed");
      }
      out.flush();
      return outcome.held();
    }
  }

  private static double seconds(Storyteller.Line line) {
    return line.at().toMillis() / 1000.0;
  }

  static String shown(Storyteller.Line line) {
    return String.format(Locale.ROOT, "%7.1fs  %-6s  %s", seconds(line), line.kind(), line.text());
  }

  private static String json(Scenario scenario, Storyteller.Outcome outcome) {
    var node = JsonNodeFactory.instance.objectNode();
    node.put("scenario", scenario.name()).put("held", outcome.held());
    var timeline = node.putArray("timeline");
    for (var line : outcome.lines()) {
      timeline
          .addObject()
          .put("seconds", seconds(line))
          .put("kind", line.kind())
          .put("text", line.text());
    }
    return node.toPrettyString();
  }

  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public void pass(Duration time) throws InterruptedException {
    if (stop.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new InterruptedException("stopped");
    }
  }

  @Override
  public ApiServer api() {
    return playground.api();
  }

  @Override
  public void commit(Map<String, String> files, String message) throws IOException {
    playground.delivery().commit(files, message, now());
    // Not before the first commit: a repository from earlier may hold another story's end.
    Releases.deliver(playground.api(), playground.addresses().git());
  }

  @Override
  public void traffic(int perSecond) {
    traffic.ifPresent(Traffic::close);
    int gateway = URI.create(playground.addresses().gateway()).getPort();
    traffic =
        perSecond == 0
            ? Optional.empty()
            : Optional.of(
                new Traffic(playground.vertx(), playground.traffic(), gateway, perSecond));
  }

  @Override
  public void fault(Scenario.Part part, boolean outOfOrder) {
    playground.fault(part, outOfOrder);
  }

  @Override
  public void killController() {
    long pid = playground.controllerPid();
    if (pid > 0) {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  @Override
  public void close() {
    traffic.ifPresent(Traffic::close);
  }
}
