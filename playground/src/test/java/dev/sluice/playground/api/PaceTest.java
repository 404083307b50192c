package dev.sluice.playground.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.playground.store.Storage;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// In a cluster, what follows from a deletion takes a moment; on a clock that is moved by hand, the
/// same moment every time.
class PaceTest {

  private static final String MAPS = "/api/v1/namespaces/default/configmaps";

  private Instant now = Calls.NOW;
  private final KubernetesApi api =
      new KubernetesApi(
          () -> now, new Random(1), Users.EVERYBODY, new Storage(1000, 1000), Pace.LIKE_A_CLUSTER);

  private Calls.Reply send(String method, String path, String yaml) {
    var body = yaml.isEmpty() ? "" : Calls.json(yaml);
    return new Calls.Reply(
        api.handle(Calls.call(method, path, body, Map.of("content-type", "application/json"))));
  }

  private int status(String path) {
    return send("GET", path, "").status();
  }

  private void after(Duration time) {
    now = now.plus(time);
    api.step();
  }

  @Test
  void dependantsGoAMomentAfterTheirOwner() {
    var owner = send("POST", MAPS, "{metadata: {name: owner}}").at("/metadata/uid").asText();
    send(
        "POST",
        MAPS,
        "{metadata: {name: child, ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: owner, uid: %s}]}}"
            .formatted(owner));
    after(Duration.ofSeconds(1));
    send("DELETE", MAPS + "/owner", "");
    assertThat(api.step()).hasValueSatisfying(at -> assertThat(at).isAfter(now));
    assertThat(status(MAPS + "/child")).isEqualTo(200);
    after(Duration.ofSeconds(1));
    assertThat(status(MAPS + "/child")).isEqualTo(404);
  }

  @Test
  void aNamespaceIsSeenTerminatingBeforeItIsGone() {
    send("POST", "/api/v1/namespaces", "{metadata: {name: short}}");
    send("POST", "/api/v1/namespaces/short/configmaps", "{metadata: {name: a}}");
    send("DELETE", "/api/v1/namespaces/short", "");
    assertThat(send("GET", "/api/v1/namespaces/short", "").at("/status/phase").asText())
        .isEqualTo("Terminating");
    assertThat(
            send("POST", "/api/v1/namespaces/short/configmaps", "{metadata: {name: b}}").status())
        .isEqualTo(403);
    after(Duration.ofMillis(500));
    assertThat(status("/api/v1/namespaces/short")).isEqualTo(200);
    assertThat(status("/api/v1/namespaces/short/configmaps/a")).isEqualTo(404);
    after(Duration.ofSeconds(2));
    assertThat(status("/api/v1/namespaces/short")).isEqualTo(404);
  }

  @Test
  void theNamespacesOfTheClusterItselfStay() {
    assertThat(send("DELETE", "/api/v1/namespaces/default", "").at("/message").asText())
        .isEqualTo("namespaces \"default\" is forbidden: this namespace may not be deleted");
  }

  @Test
  void everyNamespaceHasItsAccountAndGetsItBack() {
    var account = "/api/v1/namespaces/fresh/serviceaccounts/default";
    send("POST", "/api/v1/namespaces", "{metadata: {name: fresh}}");
    after(Duration.ofSeconds(1));
    assertThat(status(account)).isEqualTo(200);
    send("DELETE", account, "");
    after(Duration.ofSeconds(1));
    assertThat(status(account)).isEqualTo(200);
  }

  @Test
  void aQuotaCountsWhatItLimits() {
    send(
        "POST",
        "/api/v1/namespaces/default/resourcequotas",
        "{metadata: {name: q}, spec: {hard: {count/configmaps: '3', services: '1', requests.cpu: '1'}}}");
    after(Duration.ofSeconds(1));
    send("POST", MAPS, "{metadata: {name: a}}");
    send("POST", MAPS, "{metadata: {name: b}}");
    after(Duration.ofSeconds(1));
    assertThat(
            send("GET", "/api/v1/namespaces/default/resourcequotas/q", "").at("/status").toString())
        .isEqualTo(
            "{\"hard\":{\"count/configmaps\":\"3\",\"requests.cpu\":\"1\",\"services\":\"1\"},"
                + "\"used\":{\"count/configmaps\":\"3\",\"requests.cpu\":\"0\",\"services\":\"0\"}}");
    assertThat(send("POST", MAPS, "{metadata: {name: c}}").at("/message").asText())
        .isEqualTo(
            "configmaps \"c\" is forbidden: exceeded quota: q, requested: count/configmaps=1, used:"
                + " count/configmaps=3, limited: count/configmaps=3");
  }
}
