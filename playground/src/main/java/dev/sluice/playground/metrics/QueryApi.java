package dev.sluice.playground.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// Prometheus's HTTP API over a store, without the HTTP. Thread-safe.
public final class QueryApi {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final long MAX_STEPS = 11_000;

  private final SeriesStore store;

  public QueryApi(SeriesStore store) {
    this.store = store;
  }

  /// @param body JSON or plain text
  public record Reply(int status, String contentType, byte[] body) {}

  /// Answers a GET or POST.
  ///
  /// @param path decoded, such as `/api/v1/query`
  /// @param parameters of the query and of a form, decoded
  /// @param now what a query without a time of its own means
  public Reply answer(String path, Map<String, List<String>> parameters, Instant now) {
    try {
      return switch (path) {
        case "/-/ready" -> text("Prometheus Server is Ready.\n");
        case "/-/healthy" -> text("Prometheus Server is Healthy.\n");
        case "/api/v1/query" -> success(query(parameters, now));
        case "/api/v1/query_range" -> success(queryRange(parameters));
        case "/api/v1/series" -> success(series(parameters, now));
        case "/api/v1/labels" -> success(labelNames(parameters, now));
        case "/api/v1/status/buildinfo" -> success(buildInfo());
        default -> valuesOrNotFound(path, parameters, now);
      };
    } catch (PromqlError e) {
      return failure(e.kind().status(), e.kind().text(), String.valueOf(e.getMessage()));
    }
  }

  private Reply valuesOrNotFound(String path, Map<String, List<String>> parameters, Instant now) {
    var parts = path.split("/", -1);
    if (parts.length == 6 && path.startsWith("/api/v1/label/") && parts[5].equals("values")) {
      var values = new TreeSet<String>();
      matching(parameters, now).forEach(l -> values.add(l.get(parts[4])));
      values.remove("");
      return success(NODES.pojoNode(values));
    }
    return failure(404, "not_found", path + " is not served by the playground's embedded metrics");
  }

  private ObjectNode query(Map<String, List<String>> parameters, Instant now) {
    var time = time(parameters, "time", now);
    var expr = Parser.parse(required(parameters, "query"));
    var value = Evaluator.evaluate(expr, store, time, new Evaluator.Budget());
    var data = NODES.objectNode();
    switch (value) {
      case Value.Scalar(double number) -> {
        data.put("resultType", "scalar");
        data.set("result", pair(time, number));
      }
      case Value.Text(String words) -> {
        data.put("resultType", "string");
        data.set("result", NODES.arrayNode().add(seconds(time)).add(words));
      }
      case Value.Vector(var points) -> {
        data.put("resultType", "vector");
        var result = data.putArray("result");
        for (var point : points) {
          var series = metric(result.addObject(), point.labels());
          series.set("value", pair(time, point.value()));
        }
      }
      case Value.Matrix(var runs) -> {
        data.put("resultType", "matrix");
        matrix(data.putArray("result"), runs);
      }
    }
    return data;
  }

  private ObjectNode queryRange(Map<String, List<String>> parameters) {
    var start = requiredTime(parameters, "start");
    var end = requiredTime(parameters, "end");
    if (end < start) {
      throw invalid("end", "end timestamp must not be before start time");
    }
    var step = step(required(parameters, "step"));
    if ((end - start) / step > MAX_STEPS) {
      throw PromqlError.badData(
          "exceeded maximum resolution of 11,000 points per timeseries."
              + " Try decreasing the query resolution (?step=XX)");
    }
    var expr = Parser.parse(required(parameters, "query"));
    if (expr.type() != ExprType.SCALAR && expr.type() != ExprType.VECTOR) {
      throw PromqlError.badData(
          "invalid expression type \"%s\" for range query, must be Scalar or instant Vector"
              .formatted(expr.type().words()));
    }
    var runs = new LinkedHashMap<Labels, List<double[]>>();
    var budget = new Evaluator.Budget();
    for (var time = start; time <= end; time += step) {
      for (var point : points(Evaluator.evaluate(expr, store, time, budget))) {
        runs.computeIfAbsent(point.labels(), _ -> new ArrayList<>())
            .add(new double[] {time, point.value()});
      }
    }
    var data = NODES.objectNode().put("resultType", "matrix");
    matrix(data.putArray("result"), runs.entrySet().stream().map(QueryApi::run).toList());
    return data;
  }

  private static List<Point> points(Value value) {
    return switch (value) {
      case Value.Vector(var points) -> points;
      case Value.Scalar(double number) -> List.of(new Point(Labels.EMPTY, number));
      case Value.Text _, Value.Matrix _ ->
          throw new IllegalStateException("the type was checked before");
    };
  }

  private static Run run(Map.Entry<Labels, List<double[]>> series) {
    var times = series.getValue().stream().mapToLong(p -> (long) p[0]).toArray();
    var values = series.getValue().stream().mapToDouble(p -> p[1]).toArray();
    return new Run(series.getKey(), times, values);
  }

  private JsonNode series(Map<String, List<String>> parameters, Instant now) {
    if (parameters.getOrDefault("match[]", List.of()).isEmpty()) {
      throw PromqlError.badData("no match[] parameter provided");
    }
    var data = NODES.arrayNode();
    for (var labels : matching(parameters, now)) {
      data.add(object(labels));
    }
    return data;
  }

  private JsonNode labelNames(Map<String, List<String>> parameters, Instant now) {
    var names = new TreeSet<String>();
    matching(parameters, now).forEach(l -> names.addAll(l.map().keySet()));
    return NODES.pojoNode(names);
  }

  private List<Labels> matching(Map<String, List<String>> parameters, Instant now) {
    var from = time(parameters, "start", Instant.EPOCH);
    var to = time(parameters, "end", now);
    var selectors = parameters.getOrDefault("match[]", List.of());
    if (selectors.isEmpty()) {
      return store.labels(List.of(), from, to);
    }
    return selectors.stream()
        .flatMap(s -> store.labels(Parser.selector(s), from, to).stream())
        .distinct()
        .toList();
  }

  private static JsonNode buildInfo() {
    return NODES.objectNode().put("version", "embedded").put("goVersion", "");
  }

  private static void matrix(ArrayNode result, List<Run> runs) {
    for (var run : runs) {
      var values = metric(result.addObject(), run.labels()).putArray("values");
      for (var i = 0; i < run.size(); i++) {
        values.add(pair(run.times()[i], run.values()[i]));
      }
    }
  }

  private static ObjectNode metric(ObjectNode series, Labels labels) {
    series.set("metric", object(labels));
    return series;
  }

  private static ObjectNode object(Labels labels) {
    var object = NODES.objectNode();
    labels.map().forEach(object::put);
    return object;
  }

  private static ArrayNode pair(long time, double value) {
    return NODES.arrayNode().add(seconds(time)).add(Values.write(value));
  }

  private static JsonNode seconds(long millis) {
    return millis % 1000 == 0
        ? NODES.numberNode(millis / 1000)
        : NODES.numberNode(BigDecimal.valueOf(millis, 3));
  }

  private static String required(Map<String, List<String>> parameters, String name) {
    var values = parameters.getOrDefault(name, List.of());
    return values.isEmpty() ? "" : values.getFirst();
  }

  private static long time(Map<String, List<String>> parameters, String name, Instant missing) {
    var text = required(parameters, name);
    return text.isEmpty() ? missing.toEpochMilli() : requiredTime(parameters, name);
  }

  /// Seconds since 1970 or RFC 3339.
  private static long requiredTime(Map<String, List<String>> parameters, String name) {
    var text = required(parameters, name);
    try {
      var seconds = Double.parseDouble(text);
      if (Math.abs(seconds) < 1e11) {
        return Math.round(seconds * 1000);
      }
    } catch (NumberFormatException _) {
      try {
        return Instant.parse(text).toEpochMilli();
      } catch (DateTimeParseException _) {
        throw invalid(name, "cannot parse \"" + text + "\" to a valid timestamp");
      }
    }
    throw invalid(name, "cannot parse \"" + text + "\" to a valid timestamp");
  }

  /// Milliseconds, from seconds or a duration.
  private static long step(String text) {
    var duration = Durations.millis(text);
    if (duration.isPresent()) {
      return duration.getAsLong();
    }
    try {
      var seconds = Double.parseDouble(text);
      if (seconds >= 0.001 && seconds < 1e9) {
        return Math.round(seconds * 1000);
      }
    } catch (NumberFormatException _) {
      throw invalid("step", "cannot parse \"" + text + "\" to a valid duration");
    }
    throw invalid(
        "step",
        "zero or negative query resolution step widths are not accepted. Try a positive integer");
  }

  private static PromqlError invalid(String parameter, String why) {
    return PromqlError.badData("invalid parameter \"%s\": %s".formatted(parameter, why));
  }

  private static Reply text(String text) {
    return new Reply(200, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
  }

  private static Reply success(JsonNode data) {
    var answer = NODES.objectNode().put("status", "success");
    answer.set("data", data);
    return json(200, answer);
  }

  private static Reply failure(int status, String type, String error) {
    return json(
        status,
        NODES.objectNode().put("status", "error").put("errorType", type).put("error", error));
  }

  private static Reply json(int status, JsonNode answer) {
    try {
      return new Reply(status, "application/json", JSON.writeValueAsBytes(answer));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
