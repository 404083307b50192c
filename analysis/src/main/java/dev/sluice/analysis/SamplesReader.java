package dev.sluice.analysis;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads the samples out of an answer of Prometheus as it comes, without a tree of it in memory: an
/// answer about a group of canaries is megabytes long. Of what the labels of many series have in
/// common one copy is kept.
final class SamplesReader {
  static final int MOST_SERIES = 50_000;
  static final int MOST_SAMPLES = 1_000_000;
  private static final JsonFactory JSON = new JsonFactory();

  private final Map<String, String> common = new HashMap<>();
  private final List<Samples.Run> runs = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private String status = "";
  private String type = "";
  private boolean hasResult;
  private long series;
  private long samples;
  private long[] times = new long[64];
  private double[] numbers = new double[64];

  private SamplesReader() {}

  /// @param status empty when there is none
  /// @param type of the result; empty when there is none
  /// @param runs without what says that a series ended or was never a number, and without what is
  ///   not newer than the sample before; empty when there is more than is taken
  /// @param series how many there were up to where reading ended
  record Read(
      String status,
      String type,
      boolean hasResult,
      List<Samples.Run> runs,
      List<String> warnings,
      long series,
      long samples) {

    boolean tooMuch() {
      return series > MOST_SERIES || samples > MOST_SAMPLES;
    }
  }

  /// @throws IOException when it is no JSON
  /// @throws NumberFormatException when a time or value is no number
  static Read read(byte[] body) throws IOException {
    var reader = new SamplesReader();
    try (var parser = JSON.createParser(body)) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        reader.answer(parser);
      }
    }
    return new Read(
        reader.status,
        reader.type,
        reader.hasResult,
        reader.runs,
        reader.warnings,
        reader.series,
        reader.samples);
  }

  private boolean enough() {
    return series > MOST_SERIES || samples > MOST_SAMPLES;
  }

  private void answer(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME && !enough()) {
      var field = parser.currentName();
      var token = parser.nextToken();
      if (field.equals("status")) {
        status = parser.getValueAsString("");
      } else if (field.equals("data") && token == JsonToken.START_OBJECT) {
        data(parser);
      } else if (field.equals("warnings") && token == JsonToken.START_ARRAY) {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          warnings.add(parser.getValueAsString(""));
          parser.skipChildren();
        }
      } else {
        parser.skipChildren();
      }
    }
  }

  private void data(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME && !enough()) {
      var field = parser.currentName();
      var token = parser.nextToken();
      if (field.equals("resultType")) {
        type = parser.getValueAsString("");
      } else if (field.equals("result") && token == JsonToken.START_ARRAY) {
        hasResult = true;
        while (parser.nextToken() == JsonToken.START_OBJECT && !enough()) {
          series(parser);
        }
        // Of a scalar, whose type says what it is.
        while (!enough() && parser.currentToken() != JsonToken.END_ARRAY) {
          parser.skipChildren();
          parser.nextToken();
        }
      } else {
        parser.skipChildren();
      }
    }
  }

  private void series(JsonParser parser) throws IOException {
    Map<String, String> labels = Map.of();
    int size = 0;
    series++;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      var field = parser.currentName();
      var token = parser.nextToken();
      if (field.equals("metric") && token == JsonToken.START_OBJECT) {
        labels = labels(parser);
      } else if (field.equals("values") && token == JsonToken.START_ARRAY) {
        size = values(parser);
      } else {
        parser.skipChildren();
      }
    }
    if (size > 0) {
      runs.add(new Samples.Run(labels, Arrays.copyOf(times, size), Arrays.copyOf(numbers, size)));
    }
  }

  private Map<String, String> labels(JsonParser parser) throws IOException {
    var labels = new LinkedHashMap<String, String>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      var name = parser.currentName();
      parser.nextToken();
      labels.put(name, common.computeIfAbsent(parser.getValueAsString(""), value -> value));
    }
    return labels;
  }

  private int values(JsonParser parser) throws IOException {
    int size = 0;
    while (parser.nextToken() == JsonToken.START_ARRAY) {
      if (++samples > MOST_SAMPLES) {
        return 0;
      }
      if (!parser.nextToken().isNumeric()) {
        throw new NumberFormatException("a time is not a number");
      }
      long time = Math.round(parser.getDoubleValue() * 1000);
      parser.nextToken();
      double number = number(parser.getValueAsString(""));
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        parser.skipChildren();
      }
      if (!Double.isNaN(number) && (size == 0 || time > times[size - 1])) {
        if (size == times.length) {
          times = Arrays.copyOf(times, 2 * size);
          numbers = Arrays.copyOf(numbers, 2 * size);
        }
        times[size] = time;
        numbers[size++] = number;
      }
    }
    return size;
  }

  /// @throws NumberFormatException for what is none
  static double number(String text) {
    return switch (text) {
      case "NaN" -> Double.NaN;
      case "+Inf", "Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      case String digits -> Double.parseDouble(digits);
    };
  }
}
