package dev.sluice.controller.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Carries one request to the API server and one answer back: over HTTP to a real one, by a method
/// call to the simulation's.
interface Transport {

  /// @param path with query, without leading slash
  /// @param body anything Jackson can write
  /// @throws ClusterFailure for everything but a success
  JsonNode send(String method, String path, @Nullable String contentType, @Nullable Object body);

  /// The same server, where no request takes longer than this, if it would otherwise.
  Transport within(Duration atMost);

  /// The same server, acting as another user.
  Transport as(String user);
}
