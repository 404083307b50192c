package dev.sluice.analysis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Asks one Prometheus. Instant queries at the server's own time.
final class PrometheusSource implements MetricSource {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_ROWS = 10_000;
  private static final int MAX_MESSAGE = 300;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String name;
  private final URI address;
  private final Map<String, List<String>> headers;
  private final boolean signed;
  private final boolean insecureSkipVerify;
  private final Http http;

  /// @param signed whether the headers hold credentials from a Secret
  PrometheusSource(
      String name,
      URI address,
      Map<String, List<String>> headers,
      boolean signed,
      boolean insecureSkipVerify,
      Http http) {
    this.name = name;
    this.address = address;
    this.headers = headers;
    this.signed = signed;
    this.insecureSkipVerify = insecureSkipVerify;
    this.http = http;
  }

  @Override
  public Sample number(String query) throws InterruptedException {
    return switch (ask(query)) {
      case Unavailable(var why) -> new Sample.Unavailable(why);
      case Refused(var why) -> new Sample.Refused(why);
      case Series(var rows, _) when rows.isEmpty() -> new Sample.NoData();
      case Series(var rows, _) when rows.size() > 1 ->
          new Sample.Refused(
              "its query answers with %d series where one number is needed; aggregate them, for example with sum(...)"
                  .formatted(rows.size()));
      case Series(var rows, var warning) ->
          Double.isNaN(rows.getFirst().value())
              ? new Sample.NoData()
              : new Sample.Value(rows.getFirst().value(), warning);
    };
  }

  @Override
  public Table table(String query) throws InterruptedException {
    return switch (ask(query)) {
      case Unavailable(var why) -> new Table.None(why);
      case Refused(var why) -> new Table.None(why);
      case Series(var rows, _) ->
          new Table.Rows(rows.stream().filter(r -> !Double.isNaN(r.value())).toList());
    };
  }

  private sealed interface Answer {}

  private record Series(List<Table.Row> rows, String warning) implements Answer {}

  private record Refused(String why) implements Answer {}

  private record Unavailable(String why) implements Answer {}

  private Answer ask(String query) throws InterruptedException {
    var form =
        "query="
            + URLEncoder.encode(query, StandardCharsets.UTF_8)
            + "&timeout="
            + Window.promql(TIMEOUT);
    var request =
        new Http.Request(
            "POST",
            address,
            headers,
            form.getBytes(StandardCharsets.US_ASCII),
            TIMEOUT,
            MAX_BYTES,
            insecureSkipVerify);
    try {
      return read(http.send(request));
    } catch (Http.Futile e) {
      return new Refused(
          "%s cannot answer: %s".formatted(name, line(String.valueOf(e.getMessage()))));
    } catch (IOException e) {
      var why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      return new Unavailable(name + " does not answer: " + line(why));
    }
  }

  private Answer read(Http.Response response) {
    var status = response.status();
    var body = json(response.body());
    if (status == 400 || status == 422) {
      if (body.path("status").asText().equals("error")) {
        return new Refused("%s says: %s".formatted(name, line(body.path("error").asText())));
      }
      return new Unavailable(name + " answers " + status + ", and not as Prometheus does");
    }
    if (status == 401 || status == 403) {
      return new Unavailable(
          signed
              ? name + " refuses our credentials (" + status + ")"
              : name + " asks for credentials (" + status + "), and no secretRef gives any");
    }
    if (status >= 300 && status < 400) {
      return new Unavailable(
          name + " answers " + status + ": redirects are not followed, write where it leads to");
    }
    if (status != 200) {
      var why = body.path("error").asText();
      return new Unavailable(name + " answers " + status + (why.isEmpty() ? "" : ": " + line(why)));
    }
    if (!body.path("status").asText().equals("success")) {
      return notPrometheus("it lacks status=success");
    }
    var data = body.path("data");
    try {
      return switch (data.path("resultType").asText()) {
        case "vector" -> rows(data.path("result"), warning(body));
        case "scalar" ->
            new Series(List.of(new Table.Row(Map.of(), value(data.path("result")))), warning(body));
        case "matrix" ->
            new Refused(
                "its query answers with values over time where one number is needed; put the range into a function such as rate(...)");
        case "string" -> new Refused("its query answers with text where a number is needed");
        case String other -> notPrometheus("it has the result type '" + line(other) + "'");
      };
    } catch (NumberFormatException e) {
      return notPrometheus("a value is not a number");
    }
  }

  private Answer rows(JsonNode result, String warning) {
    if (!result.isArray()) {
      return notPrometheus("it has no result");
    }
    if (result.size() > MAX_ROWS) {
      return new Refused("its query answers with more than " + MAX_ROWS + " series");
    }
    var rows = new ArrayList<Table.Row>();
    for (var series : result) {
      var labels = new LinkedHashMap<String, String>();
      series
          .path("metric")
          .properties()
          .forEach(l -> labels.put(l.getKey(), l.getValue().asText()));
      rows.add(new Table.Row(labels, value(series.path("value"))));
    }
    return new Series(rows, warning);
  }

  /// Prometheus answers with a part of the data rather than not at all where it can. What it calls
  /// `infos` is about the style of a query.
  private static String warning(JsonNode body) {
    var first = body.path("warnings").path(0).asText();
    var more = body.path("warnings").size() - 1;
    return line(first) + (more > 0 ? " and " + more + " more" : "");
  }

  private Answer notPrometheus(String why) {
    return new Unavailable(name + " does not answer as Prometheus does: " + why);
  }

  /// An empty object for anything that is not JSON; the status and the missing fields then say what
  /// is wrong.
  private static JsonNode json(byte[] body) {
    try {
      return JSON.readTree(body);
    } catch (IOException _) {
      return JSON.createObjectNode();
    }
  }

  private static double value(JsonNode pair) {
    return switch (pair.path(1).asText()) {
      case "NaN" -> Double.NaN;
      case "+Inf", "Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      case String digits -> Double.parseDouble(digits);
    };
  }

  /// What the outside wrote, on one line of bearable length.
  private static String line(String text) {
    var line = text.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
    return line.length() > MAX_MESSAGE ? line.substring(0, MAX_MESSAGE) + "…" : line;
  }
}
