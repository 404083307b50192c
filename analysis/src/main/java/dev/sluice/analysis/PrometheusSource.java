package dev.sluice.analysis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Asks one Prometheus. Instant queries: numbers at the server's own time, samples at any.
final class PrometheusSource implements MetricSource {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_ROWS = 10_000;
  private static final Duration SAMPLES_TIMEOUT = Duration.ofSeconds(30);
  private static final int MAX_SAMPLE_BYTES = 32 << 20;
  private static final String NO_SUCCESS = "it lacks status=success";
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
      case TooMuch(var why) -> new Sample.Refused(why);
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
      case TooMuch(var why) -> new Table.None(why);
      case Series(var rows, _) ->
          new Table.Rows(rows.stream().filter(r -> !Double.isNaN(r.value())).toList());
    };
  }

  @Override
  public Samples samples(String query, Instant at) throws InterruptedException {
    var time = "&time=" + BigDecimal.valueOf(at.toEpochMilli(), 3).toPlainString();
    return switch (ask(query, time, SAMPLES_TIMEOUT, MAX_SAMPLE_BYTES)) {
      case Failed(Unavailable(var why)) -> new Samples.Unavailable(why);
      case Failed(Refused(var why)) -> new Samples.Refused(why);
      case Failed(TooMuch(var why)) -> new Samples.TooMuch(why);
      case Body(var body) -> samples(body);
    };
  }

  /// An answer to a question for numbers.
  private sealed interface Answer {}

  private record Series(List<Table.Row> rows, String warning) implements Answer {}

  /// What any question can meet.
  private sealed interface Failure extends Answer {}

  private record Refused(String why) implements Failure {}

  private record TooMuch(String why) implements Failure {}

  private record Unavailable(String why) implements Failure {}

  private sealed interface Reply {}

  /// @param bytes of an answer with status 200
  private record Body(byte[] bytes) implements Reply {}

  private record Failed(Failure failure) implements Reply {}

  private Answer ask(String query) throws InterruptedException {
    return switch (ask(query, "", TIMEOUT, MAX_BYTES)) {
      case Failed(var failure) -> failure;
      case Body(var bytes) -> {
        var body = json(bytes);
        yield body.path("status").asText().equals("success")
            ? read(body)
            : notPrometheus(NO_SUCCESS);
      }
    };
  }

  private Reply ask(String query, String more, Duration timeout, int maxBytes)
      throws InterruptedException {
    var form =
        "query="
            + URLEncoder.encode(query, StandardCharsets.UTF_8)
            + "&timeout="
            + Window.promql(timeout)
            + more;
    var request =
        new Http.Request(
            "POST",
            address,
            headers,
            form.getBytes(StandardCharsets.US_ASCII),
            timeout,
            maxBytes,
            insecureSkipVerify);
    try {
      return reply(http.send(request));
    } catch (Http.TooLong e) {
      return new Failed(
          new TooMuch(
              "%s cannot answer: %s".formatted(name, line(String.valueOf(e.getMessage())))));
    } catch (Http.Futile e) {
      return new Failed(
          new Refused(
              "%s cannot answer: %s".formatted(name, line(String.valueOf(e.getMessage())))));
    } catch (IOException e) {
      var why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      return new Failed(new Unavailable(name + " does not answer: " + line(why)));
    }
  }

  private Reply reply(Http.Response response) {
    return response.status() == 200
        ? new Body(response.body())
        : new Failed(failure(response.status(), json(response.body())));
  }

  private Failure failure(int status, JsonNode body) {
    if (status == 400 || status == 422) {
      if (!body.path("status").asText().equals("error")) {
        return new Unavailable(name + " answers " + status + ", and not as Prometheus does");
      }
      var error = line(body.path("error").asText());
      var said = "%s says: %s".formatted(name, error);
      // Of --query.max-samples, a limit on one query.
      return error.contains("too many samples") ? new TooMuch(said) : new Refused(said);
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
    var why = body.path("error").asText();
    return new Unavailable(name + " answers " + status + (why.isEmpty() ? "" : ": " + line(why)));
  }

  private Answer read(JsonNode body) {
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

  private Samples samples(byte[] body) {
    SamplesReader.Read read;
    try {
      read = SamplesReader.read(body);
    } catch (NumberFormatException _) {
      return new Samples.Unavailable(notPrometheus("a value is not a number").why());
    } catch (IOException _) {
      return new Samples.Unavailable(notPrometheus(NO_SUCCESS).why());
    }
    if (read.tooMuch()) {
      return new Samples.TooMuch(
          "%s answers with more than %d samples or %d series, which are taken at once"
              .formatted(name, SamplesReader.MOST_SAMPLES, SamplesReader.MOST_SERIES));
    }
    if (!read.status().equals("success")) {
      return new Samples.Unavailable(notPrometheus(NO_SUCCESS).why());
    }
    if (!read.type().equals("matrix") || !read.hasResult()) {
      return List.of("vector", "scalar", "string").contains(read.type())
          ? new Samples.Refused(
              "its query answers with one moment where samples are needed; put a range such as [5m] behind the selector")
          : new Samples.Unavailable(notPrometheus("it has no samples").why());
    }
    return new Samples.Runs(read.runs(), warning(read.warnings()));
  }

  private static Map<String, String> labels(JsonNode series) {
    var labels = new LinkedHashMap<String, String>();
    series.path("metric").properties().forEach(l -> labels.put(l.getKey(), l.getValue().asText()));
    return labels;
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
      rows.add(new Table.Row(labels(series), value(series.path("value"))));
    }
    return new Series(rows, warning);
  }

  /// Prometheus answers with a part of the data rather than not at all where it can. What it calls
  /// `infos` is about the style of a query.
  private static String warning(JsonNode body) {
    var warnings = new ArrayList<String>();
    body.path("warnings").forEach(warning -> warnings.add(warning.asText()));
    return warning(warnings);
  }

  private static String warning(List<String> warnings) {
    int more = warnings.size() - 1;
    return warnings.isEmpty()
        ? ""
        : line(warnings.getFirst()) + (more > 0 ? " and " + more + " more" : "");
  }

  private Unavailable notPrometheus(String why) {
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
    return SamplesReader.number(pair.path(1).asText());
  }

  /// What the outside wrote, on one line of bearable length.
  private static String line(String text) {
    var line = text.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
    return line.length() > MAX_MESSAGE ? line.substring(0, MAX_MESSAGE) + "…" : line;
  }
}
