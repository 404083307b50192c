package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/// The labels by which a Job knows its pods, which the server makes up unless the author takes that
/// on himself. Pure.
final class JobLabels {
  private JobLabels() {}

  static void put(ObjectNode job) {
    var spec = job.withObjectProperty("spec");
    if (spec.path("manualSelector").asBoolean()) {
      return;
    }
    var uid = job.at("/metadata/uid").asText();
    var name = job.at("/metadata/name").asText();
    var labels =
        Map.of(
            "batch.kubernetes.io/controller-uid",
            uid,
            "batch.kubernetes.io/job-name",
            name,
            "controller-uid",
            uid,
            "job-name",
            name);
    for (var meta :
        List.of(
            job.withObjectProperty("metadata"),
            spec.withObjectProperty("template").withObjectProperty("metadata"))) {
      var all = meta.withObjectProperty("labels");
      labels.entrySet().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(label -> all.put(label.getKey(), label.getValue()));
    }
    spec.withObjectProperty("selector")
        .withObjectProperty("matchLabels")
        .put("batch.kubernetes.io/controller-uid", uid);
    spec.put("manualSelector", false);
  }
}
