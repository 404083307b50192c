package dev.sluice.controller.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Reads pass; everything else passes only while the fence lets it, and ends in time.
record FencedTransport(Transport transport, Fence fence) implements Transport {

  @Override
  public JsonNode send(
      String method, String path, @Nullable String contentType, @Nullable Object body) {
    if (method.equals("GET")) {
      return transport.send(method, path, contentType, body);
    }
    try (Fence.Permit permit = fence.enter()) {
      return transport.within(permit.atMost()).send(method, path, contentType, body);
    }
  }

  @Override
  public Transport as(String user) {
    return new FencedTransport(transport.as(user), fence);
  }

  @Override
  public Transport within(Duration atMost) {
    return new FencedTransport(transport.within(atMost), fence);
  }
}
