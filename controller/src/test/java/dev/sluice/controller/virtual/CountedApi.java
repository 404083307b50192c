package dev.sluice.controller.virtual;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.api.Answer;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.Call;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/// An API server that counts the calls of its client, watches left out, as an audit log would.
public final class CountedApi implements ApiServer {
  private final ApiServer server;
  private final Map<String, Integer> calls = new TreeMap<>();
  private Optional<Instant> firstWrite = Optional.empty();

  public CountedApi(ApiServer server) {
    this.server = server;
  }

  /// The same server for those who are not to be counted.
  public ApiServer uncounted() {
    return server;
  }

  @Override
  public Answer handle(Call call) {
    synchronized (calls) {
      calls.merge(call.method() + " " + resource(call.path()), 1, Integer::sum);
      if (firstWrite.isEmpty() && !call.method().equals("GET")) {
        firstWrite = Optional.of(Instant.now());
      }
    }
    return server.handle(call);
  }

  @Override
  public AutoCloseable watch(Call call, Consumer<ObjectNode> frames) {
    return server.watch(call, frames);
  }

  /// Calls by method and resource, such as `PATCH canaries/status`, since the last time this was
  /// asked.
  public Map<String, Integer> take() {
    synchronized (calls) {
      Map<String, Integer> taken = new TreeMap<>(calls);
      calls.clear();
      firstWrite = Optional.empty();
      return taken;
    }
  }

  /// When, by the clock of the wall, the first write since [#take] came.
  public Optional<Instant> firstWrite() {
    synchronized (calls) {
      return firstWrite;
    }
  }

  /// The resource and subresource of `/api/v1/namespaces/NS/services/NAME` and its like.
  static String resource(String path) {
    List<String> parts = Arrays.asList(path.substring(1).split("/"));
    int from = parts.getFirst().equals("api") ? 2 : 3;
    if (parts.size() > from + 2 && parts.get(from).equals("namespaces")) {
      from += 2;
    }
    String resource = parts.size() > from ? parts.get(from) : path;
    return parts.size() > from + 2 ? resource + "/" + parts.get(from + 2) : resource;
  }
}
