package dev.sluice.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Flagger is stopped and Sluice is started on the objects that the real Flagger left.
class TakeoverStoryTest {
  private static final Duration HOUR = Duration.ofHours(1);

  @ParameterizedTest
  @ValueSource(strings = {"initialized", "succeeded", "failed"})
  void whereNothingIsUnderWayNothingMoves(String state) {
    try (World world = Flagger.left(1, state)) {
      Map<String, JsonNode> before = specs(world);

      world.restartController().run(HOUR);

      assertThat(world.failures()).isEmpty();
      assertThat(world.written())
          .isEqualTo(Map.of("PATCH canaries/status", Flagger.APPS.size(), "POST events", 1));
      assertThat(world.reasons("myapp")).containsExactly("SpecWarning");
      assertThat(specs(world)).isEqualTo(before);
      assertThat(world.alerts()).isEmpty();

      world.restartController().run(HOUR);

      assertThat(world.written()).isEmpty();
    }
  }

  static Stream<Flagger.Moment> runs() {
    return Flagger.APPS.stream().flatMap(app -> Flagger.runs(app).stream());
  }

  @ParameterizedTest
  @MethodSource("runs")
  void aRunUnderWayGoesOnAsItWould(Flagger.Moment moment) {
    try (World world = Flagger.busy(Flagger.amid(1, moment), moment.app())) {
      String app = moment.app();

      world.restartController().run(Duration.ofSeconds(4));
      assertThat(world.written()).isEqualTo(firstWrites(moment));

      List<String> course = new ArrayList<>(List.of(moment.shares()));
      String end = moment.isGood() ? "Succeeded" : "Failed";
      for (int i = 0; i < 600 && !world.phase(app).equals(end); i++) {
        String shares = Flagger.shares(Flagger.rules(world, app));
        if (!course.getLast().equals(shares)) {
          course.add(shares);
        }
        world.run(Duration.ofSeconds(1));
      }
      assertThat(world.phase(app)).as(String.join("\n", world.story(app))).isEqualTo(end);
      assertThat(course).isEqualTo(Flagger.course(moment));
      assertThat(world.image(app + "-primary"))
          .isEqualTo(moment.isGood() ? moment.image() : moment.promoted());
      assertThat(world.replicas(app)).isZero();
      assertThat(world.failures()).isEmpty();
    }
  }

  /// Before the next check is due: a status each, an Event, and that other one about a spec. What
  /// has failed often enough already loses its traffic. In an A/B test the weight of the only
  /// destination of everybody else is written as 100; Flagger leaves a 0 there, which means the
  /// same.
  private static Map<String, Integer> firstWrites(Flagger.Moment moment) {
    Map<String, Integer> writes = new TreeMap<>();
    writes.put("PATCH canaries/status", Flagger.APPS.size());
    writes.put("POST events", 2);
    boolean hasFailed = moment.status().path("failedChecks").asInt() == 3;
    boolean isZero = moment.http().at("/1/route/0/weight").asInt(1) == 0;
    if (hasFailed || (moment.app().equals("ab") && isZero)) {
      writes.put("PUT virtualservices", 1);
    }
    return writes;
  }

  /// Everything but what others than a delivery controller write: status, and what the server keeps
  /// for itself.
  private static Map<String, JsonNode> specs(World world) {
    Map<String, JsonNode> all = new TreeMap<>();
    for (String path :
        List.of(
            "/api/v1/namespaces/production/services",
            "/api/v1/namespaces/production/configmaps",
            "/api/v1/namespaces/production/secrets",
            "/api/v1/namespaces/production/pods",
            "/apis/apps/v1/namespaces/production/deployments",
            "/apis/apps/v1/namespaces/production/replicasets",
            "/apis/autoscaling/v2/namespaces/production/horizontalpodautoscalers",
            "/apis/networking.istio.io/v1/namespaces/production/virtualservices",
            "/apis/networking.istio.io/v1/namespaces/production/destinationrules",
            "/apis/flagger.app/v1beta1/namespaces/production/canaries")) {
      for (JsonNode item : world.get(path).path("items")) {
        ObjectNode object = item.deepCopy();
        object.remove("status");
        ((ObjectNode) object.path("metadata")).remove(List.of("resourceVersion", "managedFields"));
        all.put(path + "/" + item.at("/metadata/name").asText(), object);
      }
    }
    return all;
  }
}
