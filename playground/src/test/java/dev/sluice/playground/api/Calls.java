package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Calls to a server without HTTP, as short as a test wants them.
final class Calls {
  static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  final KubernetesApi api;

  Calls() {
    api = new KubernetesApi(InstantSource.fixed(NOW), new Random(7), Users.EVERYBODY);
  }

  Reply get(String path) {
    return send("GET", path, "", Map.of());
  }

  Reply get(String path, String accept) {
    return send("GET", path, "", Map.of("accept", accept));
  }

  /// @param yaml an object, in YAML for brevity; sent as JSON
  Reply post(String path, String yaml) {
    return send("POST", path, json(yaml), Map.of("content-type", "application/json"));
  }

  Reply put(String path, String yaml) {
    return send("PUT", path, json(yaml), Map.of("content-type", "application/json"));
  }

  Reply merge(String path, String yaml) {
    return send("PATCH", path, json(yaml), Map.of("content-type", "application/merge-patch+json"));
  }

  Reply delete(String path) {
    return send("DELETE", path, "", Map.of());
  }

  Reply send(String method, String path, String body, Map<String, String> headers) {
    var all = new HashMap<>(headers);
    all.put("user-agent", "test/1");
    var answer = api.handle(call(method, path, body, all));
    return new Reply(answer);
  }

  static Call call(String method, String path, String body, Map<String, String> headers) {
    var query = new LinkedHashMap<String, List<String>>();
    var mark = path.indexOf('?');
    if (mark >= 0) {
      for (var each : path.substring(mark + 1).split("&", -1)) {
        var equals = each.indexOf('=');
        query
            .computeIfAbsent(equals < 0 ? each : each.substring(0, equals), _ -> new ArrayList<>())
            .add(equals < 0 ? "" : Decoded.path(each.substring(equals + 1)));
      }
    }
    return new Call(
        method,
        mark < 0 ? path : path.substring(0, mark),
        query,
        headers,
        body.getBytes(StandardCharsets.UTF_8));
  }

  static String json(String yaml) {
    try {
      return new YAMLMapper().readTree(yaml).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// An answer, read.
  record Reply(Answer answer) {
    int status() {
      return answer.status();
    }

    String text() {
      return new String(answer.body(), StandardCharsets.UTF_8);
    }

    JsonNode json() {
      try {
        return new ObjectMapper().readTree(answer.body());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    JsonNode at(String pointer) {
      return json().at(pointer);
    }

    /// The value there as text, empty when there is none.
    String say(String pointer) {
      return at(pointer).asText("");
    }
  }
}
