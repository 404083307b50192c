package dev.sluice.playground.sample;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What the sample app answers, decided without any network: a function of the request, the facts
/// about the pod, and chance.
public final class SampleApp {
  private static final Pattern STATUS = Pattern.compile("/status/([2-5]\\d\\d)/?");
  private static final Pattern DELAY = Pattern.compile("/delay/(\\d{1,4})/?");
  private static final Duration LONGEST_DELAY = Duration.ofMinutes(5);

  private SampleApp() {}

  /// @param path without query
  public record Request(String method, String path) {}

  /// @param delay how long to wait before this answer goes out
  public record Reply(int status, String contentType, byte[] body, Duration delay) {
    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  /// The first line of its log.
  public static String greeting(PodFacts pod) {
    var where =
        pod.ports().isEmpty()
            ? "every port"
            : pod.ports().stream()
                .sorted()
                .map(port -> "port " + port)
                .collect(Collectors.joining(", "));
    return "%s listens on %s".formatted(pod.image(), where);
  }

  /// What the log says of a request.
  public static String logLine(Request request, Reply reply, Duration took) {
    return "%s %s %d %d ms"
        .formatted(request.method(), request.path(), reply.status(), took.toMillis());
  }

  /// Probes and `/version` are answered at once and never with an injected error, as a probe that
  /// fails by chance would say nothing about the release.
  public static Reply answer(Request request, PodFacts pod, RandomGenerator random) {
    var path = request.path();
    if (path.equals("/healthz") || path.equals("/readyz")) {
      return reply(200, path, pod, "OK", Duration.ZERO);
    }
    if (path.equals("/version")) {
      return reply(200, path, pod, "", Duration.ZERO);
    }
    var behaviour = pod.behaviour();
    if (behaviour.errorRate() > 0 && random.nextDouble() < behaviour.errorRate()) {
      return reply(500, path, pod, "this release fails on purpose", behaviour.latency());
    }
    if (path.equals("/token")) {
      return token(random, behaviour.latency());
    }
    var status = STATUS.matcher(path);
    if (status.matches()) {
      return reply(Integer.parseInt(status.group(1)), path, pod, "", behaviour.latency());
    }
    var delay = DELAY.matcher(path);
    if (delay.matches()) {
      var asked = Duration.ofSeconds(Integer.parseInt(delay.group(1)));
      var kept = asked.compareTo(LONGEST_DELAY) > 0 ? LONGEST_DELAY : asked;
      return reply(200, path, pod, "", behaviour.latency().plus(kept));
    }
    return reply(200, path, pod, "", behaviour.latency());
  }

  private static Reply token(RandomGenerator random, Duration delay) {
    var token = "%016x%016x".formatted(random.nextLong(), random.nextLong());
    var body = JsonNodeFactory.instance.objectNode().put("token", token).put("expires_in", 3600);
    return json(200, body.toString(), delay);
  }

  private static Reply reply(
      int status, String path, PodFacts pod, String message, Duration delay) {
    var body =
        JsonNodeFactory.instance
            .objectNode()
            .put("image", pod.image())
            .put("version", pod.version())
            .put("pod", pod.name())
            .put("path", path);
    if (!message.isEmpty()) {
      body.put("message", message);
    }
    boolean bodyless = status == 204 || status == 304;
    return json(status, bodyless ? "" : body.toString(), delay);
  }

  private static Reply json(int status, String body, Duration delay) {
    var bytes = body.isEmpty() ? new byte[0] : (body + "\n").getBytes(StandardCharsets.UTF_8);
    return new Reply(status, "application/json", bytes, delay);
  }
}
