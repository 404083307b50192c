package dev.sluice.controller.alert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.http.Http;
import dev.sluice.controller.http.HttpFailure;
import dev.sluice.crds.AlertProvider;
import dev.sluice.crds.Analysis.Alert;
import dev.sluice.crds.Canary;
import dev.sluice.crds.LocalRef;
import dev.sluice.crds.ObjectRef;
import dev.sluice.crds.shape.Unreadable;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Sends alerts. Whatever goes wrong is told and never thrown: no sink may stop a rollout.
public final class Alerts {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  /// Over some two minutes, so that a receiver may be restarted.
  private static final Http.Retries TRIES =
      new Http.Retries(6, Duration.ofSeconds(1), Duration.ofMinutes(1));

  private static final int MAX_ANSWER = 64 * 1024;
  private static final int MAX_REASON = 100;

  /// Where AlertProviders and Secrets are read: [dev.sluice.controller.cluster.Cluster#get].
  @FunctionalInterface
  public interface Objects {

    /// @throws ClusterFailure when the cluster could not be asked
    Optional<GenericKubernetesResource> get(Kind kind, ObjectRef ref);
  }

  private final Objects objects;
  private final Http http;
  private final Optional<Destination> fallback;
  private final boolean crossNamespace;

  /// @param fallback for Canaries that name no alerts of their own
  /// @param crossNamespace whether a Canary may use AlertProviders of another namespace
  public Alerts(
      Objects objects, Http http, Optional<Destination> fallback, boolean crossNamespace) {
    this.objects = objects;
    this.http = http;
    this.fallback = fallback;
    this.crossNamespace = crossNamespace;
  }

  /// Whom the alerts of a Canary are meant for, whatever their severity.
  public Set<String> receivers(Canary canary) {
    Set<String> all = new TreeSet<>();
    canary.spec().analysis().alerts().forEach(alert -> all.add(title(ref(canary, alert))));
    if (all.isEmpty()) {
      fallback.map(Destination::name).ifPresent(all::add);
    }
    return all;
  }

  private static ObjectRef ref(Canary canary, Alert alert) {
    return alert.providerRef().in(canary.metadata().namespace());
  }

  private static String title(ObjectRef provider) {
    return "AlertProvider " + provider;
  }

  /// Sends a message to everyone who wants to hear of something this severe; blocks for some
  /// minutes per destination at the most, so it belongs on a thread of its own.
  ///
  /// @return by receiver, as in [#receivers], what went wrong, a sentence without secrets; empty
  ///   where the alert was delivered
  public Map<String, Optional<String>> send(Canary canary, AlertMessage message)
      throws InterruptedException {
    var outcomes = new TreeMap<String, Optional<String>>();
    List<Alert> alerts = canary.spec().analysis().alerts();
    if (alerts.isEmpty() && fallback.isPresent()) {
      outcomes.put(fallback.get().name(), deliver(message, fallback.get()));
    }
    for (Alert alert : alerts) {
      if (!message.severity().atLeast(alert.leastSeverity())) {
        continue;
      }
      ObjectRef ref = ref(canary, alert);
      try {
        if (!crossNamespace && !ref.namespace().equals(canary.metadata().namespace())) {
          throw new IllegalArgumentException(
              "references to other namespaces are blocked (--no-cross-namespace-refs)");
        }
        put(outcomes, title(ref), deliver(message, destination(ref)));
      } catch (ClusterFailure | Unreadable | IllegalArgumentException e) {
        put(
            outcomes,
            title(ref),
            Optional.of(
                "Alert %s was not sent by %s: %s"
                    .formatted(alert.name(), title(ref), e.getMessage())));
      }
    }
    return outcomes;
  }

  /// Where a Canary names a provider twice, what went wrong is kept.
  private static void put(
      Map<String, Optional<String>> outcomes, String receiver, Optional<String> outcome) {
    outcomes.merge(receiver, outcome, (before, now) -> before.or(() -> now));
  }

  private Optional<String> deliver(AlertMessage message, Destination to)
      throws InterruptedException {
    Optional<Sink> sink = Sinks.of(to.type());
    if (sink.isEmpty()) {
      return Optional.of(
          "%s was not told: alerts of type %s are not known; known: %s"
              .formatted(to.name(), to.type(), String.join(", ", Sinks.types())));
    }
    try {
      Http.Response answer = http.send(request(sink.get(), message, to));
      return refusal(sink.get(), answer)
          .map(why -> to.name() + " did not take an alert: it " + why);
    } catch (HttpFailure e) {
      return Optional.of(to.name() + " did not take an alert: " + e.getMessage());
    }
  }

  private static Http.Request request(Sink sink, AlertMessage message, Destination to) {
    Map<String, List<String>> headers = new LinkedHashMap<>();
    headers.put("content-type", List.of("application/json"));
    to.token().ifPresent(token -> headers.put("authorization", List.of("Bearer " + token)));
    byte[] body = sink.payload(message, to).toString().getBytes(StandardCharsets.UTF_8);
    return Http.Request.postJson(sink.address(to.address()), body, TIMEOUT, MAX_ANSWER)
        .with(headers)
        .with(to.proxy())
        .with(TRIES);
  }

  private static Optional<String> refusal(Sink sink, Http.Response answer) {
    if (answer.success()) {
      return sink.refusal(answer);
    }
    String body = answer.excerpt(MAX_REASON);
    return Optional.of("answered " + answer.status() + (body.isEmpty() ? "" : ": " + body));
  }

  private Destination destination(ObjectRef ref) {
    AlertProvider provider =
        AlertProvider.read(
            JSON.valueToTree(
                objects
                    .get(Kind.ALERT_PROVIDER, ref)
                    .orElseThrow(() -> new IllegalArgumentException("there is no such object"))));
    LocalRef secret = provider.spec().secretRef();
    return Destinations.of(
        provider,
        secret == null ? Map.of() : secret(new ObjectRef(ref.namespace(), secret.name())));
  }

  private Map<String, String> secret(ObjectRef ref) {
    GenericKubernetesResource secret =
        objects
            .get(Kind.SECRET, ref)
            .orElseThrow(() -> new IllegalArgumentException("there is no Secret " + ref));
    var data = new LinkedHashMap<String, String>();
    JsonNode tree = JSON.valueToTree(secret);
    for (Map.Entry<String, JsonNode> entry : tree.path("data").properties()) {
      data.put(entry.getKey(), entry.getValue().asText());
    }
    return data;
  }
}
