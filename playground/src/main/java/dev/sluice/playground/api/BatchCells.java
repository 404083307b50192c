package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/// Cells of Jobs and CronJobs. Pure.
final class BatchCells {
  private BatchCells() {}

  static String status(JsonNode job) {
    for (var end : new String[] {"Complete", "Failed"}) {
      if (is(job, end)) {
        return end;
      }
    }
    if (job.at("/metadata").has("deletionTimestamp")) {
      return "Terminating";
    }
    for (var state : new String[] {"Suspended", "FailureTarget", "SuccessCriteriaMet"}) {
      if (is(job, state)) {
        return state;
      }
    }
    return "Running";
  }

  private static boolean is(JsonNode job, String condition) {
    for (var each : job.at("/status/conditions")) {
      if (each.path("type").asText().equals(condition)
          && each.path("status").asText().equals("True")) {
        return true;
      }
    }
    return false;
  }

  static String completions(JsonNode job) {
    var done = job.at("/status/succeeded").asText("0");
    var wanted = job.at("/spec/completions");
    if (wanted.isNumber()) {
      return done + "/" + wanted.asText();
    }
    long parallel = job.at("/spec/parallelism").asLong(0);
    return parallel > 1 ? done + "/1 of " + parallel : done + "/1";
  }

  static String duration(JsonNode job, Instant now) {
    var start = time(job.at("/status/startTime").asText(""));
    if (start == null) {
      return "";
    }
    var end = time(job.at("/status/completionTime").asText(""));
    return Ages.since(start.toString(), end == null ? now : end);
  }

  private static @org.jspecify.annotations.Nullable Instant time(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  static String suspended(JsonNode job) {
    return job.at("/spec/suspend").asBoolean() ? "True" : "False";
  }
}
