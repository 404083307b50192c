package dev.sluice.playground.scenario;

import dev.sluice.playground.api.ApiServer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/// The world that a story happens in: on a wall clock, or on a virtual one.
public interface Stage {

  Instant now();

  /// Lets time pass.
  void pass(Duration time) throws InterruptedException;

  /// The API server as it is, whatever is out of order for others.
  ApiServer api();

  /// Commits files, content by path.
  void commit(Map<String, String> files, String message) throws IOException;

  /// From now on users send so many requests per second.
  void traffic(int perSecond);

  /// From now on the part is out of order, or in order again.
  void fault(Scenario.Part part, boolean outOfOrder);

  void killController();
}
